"""What one can ask about at Trasa, what is asked beforehand and how a consultation may end. Invented, like the people."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.consultations.cases.models import Outcome
from portal.consultations.topics.models import Field, IntakeQuestion, Mode, QuestionKind, Topic
from portal.db import Words

MEETING_FIRST = (Mode.IN_PERSON, Mode.VIDEO, Mode.PHONE)
CALLING_FIRST = (Mode.PHONE, Mode.IN_PERSON, Mode.VIDEO)
SCREEN_FIRST = (Mode.VIDEO, Mode.IN_PERSON, Mode.PHONE)


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    label: Words
    kind: QuestionKind
    choices: tuple[Words, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTopic:
    """Lengths in minutes. `to_bring` holds one thing each."""

    name: Words
    description: Words
    field: Field
    minutes: int
    before: int = 0
    after: int = 0
    modes: tuple[Mode, ...] = MEETING_FIRST
    confirms_itself: bool = False
    answer_hours: int = 24
    to_bring: tuple[Words, ...] = ()
    questions: tuple[DemoQuestion, ...] = ()


BUSINESS = DemoQuestion(
    Words("Apa usahamu?", "What is your business?"),
    QuestionKind.TEXT,
)
TOPICS = {
    "nib": DemoTopic(
        name=Words("NIB dan izin usaha", "Permits and NIB"),
        description=Words(
            "Bikin NIB lewat OSS, pilih KBLI yang pas, dan cari tahu izin apa lagi yang kamu perlukan.",
            "Get your business number (NIB) through OSS, pick the right KBLI code, and learn which other"
            " permits you need.",
        ),
        field=Field.INSTITUTION,
        minutes=60,
        to_bring=(
            Words("KTP", "Identity card (KTP)"),
            Words("NPWP, kalau sudah punya", "Tax number (NPWP), if you have one"),
            Words("HP dengan nomor yang aktif", "A phone whose number works"),
        ),
        questions=(
            BUSINESS,
            DemoQuestion(Words("Sudah punya NIB?", "Do you have an NIB already?"), QuestionKind.YES_NO),
        ),
    ),
    "halal": DemoTopic(
        name=Words("Sertifikat halal", "Halal certificate"),
        description=Words(
            "Siapkan sertifikat halal, yang gratis untuk usaha mikro maupun yang reguler.",
            "Prepare your halal certificate: the free one for micro businesses, or the regular one.",
        ),
        field=Field.PRODUCTION,
        minutes=60,
        after=10,
        modes=SCREEN_FIRST,
        to_bring=(
            Words("NIB", "Your NIB"),
            Words("Daftar bahan dan mereknya", "A list of ingredients and their brands"),
            Words("Foto dapur dan alat", "Photos of the kitchen and tools"),
        ),
        questions=(
            DemoQuestion(Words("Produk apa saja?", "Which products?"), QuestionKind.LONG_TEXT, (), True),
            DemoQuestion(
                Words("Ada bahan dari daging?", "Does any ingredient come from meat?"), QuestionKind.YES_NO
            ),
            DemoQuestion(
                Words("Di mana kamu memasaknya?", "Where do you cook?"),
                QuestionKind.CHOICE,
                (
                    Words("Dapur rumah", "Kitchen at home"),
                    Words("Dapur sendiri untuk usaha", "A kitchen of its own"),
                    Words("Dibuatkan orang lain", "Somebody else makes it"),
                ),
            ),
        ),
    ),
    "digital": DemoTopic(
        name=Words("Pemasaran digital", "Digital marketing"),
        description=Words(
            "Jualan lewat WhatsApp, lokapasar, dan media sosial: foto, harga, iklan kecil-kecilan.",
            "Sell through WhatsApp, marketplaces and social media: photos, prices, small adverts.",
        ),
        field=Field.MARKETING,
        minutes=60,
        modes=SCREEN_FIRST,
        confirms_itself=True,
        to_bring=(
            Words("HP yang dipakai jualan", "The phone you sell with"),
            Words("Tiga foto produk", "Three product photos"),
        ),
        questions=(
            DemoQuestion(Words("Apa yang kamu jual?", "What do you sell?"), QuestionKind.TEXT),
            DemoQuestion(
                Words("Sekarang jualan lewat apa?", "Where do you sell now?"),
                QuestionKind.CHOICE,
                (
                    Words("WhatsApp", "WhatsApp"),
                    Words("Lokapasar", "A marketplace"),
                    Words("Media sosial", "Social media"),
                    Words("Belum daring", "Not online yet"),
                ),
            ),
            DemoQuestion(
                Words("Berapa pesanan dalam seminggu?", "How many orders a week?"), QuestionKind.NUMBER
            ),
        ),
    ),
    "bookkeeping": DemoTopic(
        name=Words("Pembukuan", "Bookkeeping"),
        description=Words(
            "Catat uang masuk dan keluar, hitung untung yang sebenarnya, pisahkan dari uang rumah.",
            "Write down what comes in and goes out, work out the real profit, keep it apart from the"
            " household's money.",
        ),
        field=Field.FINANCE,
        minutes=90,
        after=15,
        confirms_itself=True,
        to_bring=(
            Words("Catatan atau nota sebulan terakhir", "Notes or receipts of the last month"),
            Words("Laptop, kalau ada", "A laptop, if you have one"),
        ),
        questions=(
            DemoQuestion(
                Words("Sekarang dicatat di mana?", "Where do you keep your accounts now?"),
                QuestionKind.CHOICE,
                (
                    Words("Buku tulis", "A notebook"),
                    Words("Aplikasi HP", "An app"),
                    Words("Excel", "A spreadsheet"),
                    Words("Belum dicatat", "Nowhere yet"),
                ),
            ),
            DemoQuestion(Words("Berapa karyawanmu?", "How many people work for you?"), QuestionKind.NUMBER),
        ),
    ),
    "finance": DemoTopic(
        name=Words("Modal dan pembiayaan", "Finance"),
        description=Words(
            "Hitung kebutuhan modal, siapkan pengajuan KUR, bandingkan pinjaman sebelum tanda tangan.",
            "Work out the capital you need, prepare a KUR application, compare loans before you sign.",
        ),
        field=Field.FINANCE,
        minutes=45,
        after=15,
        answer_hours=48,
        to_bring=(
            Words("KTP dan KK", "Identity card and family card"),
            Words("NIB", "Your NIB"),
            Words("Catatan penjualan tiga bulan", "Three months of sales"),
        ),
        questions=(
            DemoQuestion(Words("Untuk apa modalnya?", "What is the money for?"), QuestionKind.TEXT, (), True),
            DemoQuestion(Words("Butuh berapa rupiah?", "How many rupiah?"), QuestionKind.NUMBER),
            DemoQuestion(Words("Sedang punya pinjaman?", "Do you have a loan now?"), QuestionKind.YES_NO),
        ),
    ),
    "export": DemoTopic(
        name=Words("Ekspor", "Export"),
        description=Words(
            "Dari pesanan pertama luar negeri sampai dokumen, harga, dan cara kirimnya.",
            "From the first order abroad to papers, prices and shipping.",
        ),
        field=Field.NETWORKS,
        minutes=60,
        before=15,
        modes=SCREEN_FIRST,
        answer_hours=48,
        to_bring=(
            Words("Contoh produk", "A sample of the product"),
            Words("Daftar harga", "Your price list"),
        ),
        questions=(
            DemoQuestion(Words("Mau kirim ke negara mana?", "To which country?"), QuestionKind.TEXT),
            DemoQuestion(
                Words("Ceritakan produkmu", "Tell us about your product"), QuestionKind.LONG_TEXT, (), True
            ),
            DemoQuestion(Words("Sudah ada pembeli?", "Do you have a buyer?"), QuestionKind.YES_NO),
        ),
    ),
    "product": DemoTopic(
        name=Words("Produk dan kemasan", "Product and packaging"),
        description=Words(
            "Rasa yang ajek, umur simpan, P-IRT, dan kemasan yang bikin orang mau beli lagi.",
            "A steady taste, shelf life, the P-IRT permit, and packaging that makes people buy again.",
        ),
        field=Field.PRODUCTION,
        minutes=90,
        before=10,
        after=20,
        answer_hours=48,
        to_bring=(
            Words("Contoh produk dan kemasan", "A sample with its packaging"),
            Words("Label yang sekarang", "The label you use now"),
        ),
        questions=(
            DemoQuestion(Words("Produknya apa?", "What is the product?"), QuestionKind.TEXT, (), True),
            DemoQuestion(Words("Tahan berapa hari?", "How many days does it keep?"), QuestionKind.NUMBER),
            DemoQuestion(
                Words("Apa yang mau diperbaiki?", "What should become better?"), QuestionKind.LONG_TEXT
            ),
            DemoQuestion(Words("Sudah punya P-IRT?", "Do you have a P-IRT number?"), QuestionKind.YES_NO),
        ),
    ),
    "legal": DemoTopic(
        name=Words("Hukum dan merek", "Legal and trademark"),
        description=Words(
            "Daftarkan merek, baca perjanjian sebelum ditandatangani, bentuk PT perorangan.",
            "Register a trademark, read a contract before you sign it, found a one-person company.",
        ),
        field=Field.INSTITUTION,
        minutes=30,
        after=15,
        modes=CALLING_FIRST,
        answer_hours=48,
        to_bring=(
            Words("KTP", "Identity card (KTP)"),
            Words("Logo atau surat yang mau dibahas", "The logo or letter in question"),
        ),
        questions=(
            DemoQuestion(
                Words("Soal apa?", "What is it about?"),
                QuestionKind.CHOICE,
                (
                    Words("Merek", "A trademark"),
                    Words("Perjanjian", "A contract"),
                    Words("Badan usaha", "A company"),
                    Words("Sengketa", "A dispute"),
                ),
            ),
            DemoQuestion(Words("Ceritakan singkat", "In short"), QuestionKind.LONG_TEXT),
        ),
    ),
}
"""In the order in which pages show them."""
OUTCOMES = {
    "agreed": Words("Rencana disepakati", "Plan agreed"),
    "filed": Words("Izin diajukan", "Permit applied for"),
    "issued": Words("Izin terbit", "Permit issued"),
    "papers": Words("Perlu dokumen", "Papers missing"),
    "again": Words("Lanjut konsultasi", "To be continued"),
    "referred": Words("Dirujuk ke dinas lain", "Referred to another agency"),
    "finished": Words("Selesai", "Finished"),
}


def make_topics(session: Session) -> dict[str, int]:
    """The ids of the topics by their key here."""
    session.add_all(
        Outcome(name=name, position=position) for position, name in enumerate(OUTCOMES.values(), start=1)
    )
    return {key: _make(session, position, topic) for position, (key, topic) in enumerate(TOPICS.items(), 1)}


def _make(session: Session, position: int, topic: DemoTopic) -> int:
    row = Topic(
        name=topic.name,
        description=topic.description,
        field=topic.field,
        minutes=topic.minutes,
        buffer_before_minutes=topic.before,
        buffer_after_minutes=topic.after,
        modes=[mode.value for mode in topic.modes],
        confirms_itself=topic.confirms_itself,
        answer_hours=topic.answer_hours,
        to_bring=Words(
            "\n".join(thing.id for thing in topic.to_bring), "\n".join(thing.en for thing in topic.to_bring)
        ),
        position=position,
    )
    session.add(row)
    session.flush()
    session.add_all(
        IntakeQuestion(
            topic_id=row.id,
            position=number,
            label=question.label,
            kind=question.kind,
            choices=[{"id": one.id, "en": one.en} for one in question.choices] or None,
            is_required=question.is_required,
        )
        for number, question in enumerate(topic.questions, start=1)
    )
    return row.id
