"""The twelve who advise at Trasa. All invented; one of them has the demonstration's consultant account."""

from dataclasses import dataclass

from portal.db import Words
from portal.demo.consultations.weeks import Week

ACCOUNT = "consultant@demo.example"


@dataclass(frozen=True, slots=True)
class DemoConsultant:
    name: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    about: Words
    week: Week
    day_limit: int = 6
    week_limit: int = 20
    email: str | None = None
    """None: made of the name."""

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", ".")


CONSULTANTS = (
    DemoConsultant(
        "Ratna Dewi",
        ("nib", "halal", "legal"),
        ("id", "jv"),
        Words(
            "Sepuluh tahun mendampingi usaha rumahan, dari NIB pertama sampai merek terdaftar. Pendamping"
            " halal bersertifikat.",
            "Ten years beside home businesses, from the first NIB to a registered trademark. A certified halal"
            " companion.",
        ),
        (((0, 1, 2, 3), "09.00–12.00 13.00–16.00"), ((4,), "08.30–11.00")),
        email=ACCOUNT,
    ),
    DemoConsultant(
        "Slamet Riyadi",
        ("nib", "bookkeeping", "finance"),
        ("id", "jv"),
        Words(
            "Dulu mantri KUR, sekarang bantu usaha kecil supaya siap sebelum ke bank.",
            "Once a loan officer, now helps small businesses get ready before they go to the bank.",
        ),
        (((0, 1, 2, 3), "08.00–12.00 13.00–15.00"), ((4,), "08.00–11.00")),
    ),
    DemoConsultant(
        "Endang Pujiastuti",
        ("halal", "product"),
        ("id", "jv"),
        Words(
            "Ahli teknologi pangan. Suka mencicipi, lalu jujur soal rasa, umur simpan, dan label.",
            "A food technologist. Likes to taste, then speaks frankly of flavour, shelf life and labels.",
        ),
        (((0, 1, 3), "09.00–12.00 13.00–16.00"),),
        day_limit=5,
        week_limit=15,
    ),
    DemoConsultant(
        "Yusuf Maulana",
        ("digital", "export"),
        ("id", "en"),
        Words(
            "Menjual teh dan batik Tegal ke lima negara lewat lokapasar. Bicara soal foto, harga, ongkos kirim.",
            "Sells tea and batik from Tegal to five countries. Talk to him about photos, prices and shipping.",
        ),
        (((1, 3), "10.00–12.00 13.00–16.00"), ((2,), "13.00–16.00 18.00–20.00")),
        day_limit=5,
        week_limit=12,
    ),
    DemoConsultant(
        "Nurlaela Azizah",
        ("nib", "halal", "legal"),
        ("id", "jv"),
        Words(
            "Sarjana hukum yang menjelaskan tanpa bahasa hukum. Perjanjian, merek, izin.",
            "A lawyer who explains without the language of lawyers. Contracts, trademarks, permits.",
        ),
        (((0, 1, 2), "08.30–12.00 13.00–15.30"), ((4,), "08.00–11.00")),
    ),
    DemoConsultant(
        "Bambang Kusumo",
        ("bookkeeping", "finance"),
        ("id", "jv"),
        Words(
            "Akuntan. Percaya bahwa buku tulis yang diisi tiap hari lebih baik daripada aplikasi yang kosong.",
            "An accountant who holds that a notebook filled every day is better than an empty app.",
        ),
        (((0, 2, 3), "09.00–12.00 13.00–15.00"),),
        day_limit=4,
        week_limit=12,
    ),
    DemoConsultant(
        "Tri Handayani",
        ("product", "digital"),
        ("id", "jv", "en"),
        Words(
            "Perancang kemasan. Lima puluh label UMKM Tegal lahir di mejanya.",
            "A packaging designer. Fifty labels of small businesses in Tegal were born on her desk.",
        ),
        (((0, 1, 2, 3), "10.00–12.00 13.00–17.00"), ((5,), "09.00–12.00")),
    ),
    DemoConsultant(
        "Agung Prasetya",
        ("export", "finance"),
        ("id", "en"),
        Words(
            "Lima belas tahun mengurus dokumen ekspor di Semarang. Mulai dari pesanan yang kecil dulu.",
            "Fifteen years of export papers in Semarang. Start with a small order, he says.",
        ),
        (((1, 3), "09.00–12.00 13.00–16.00"), ((4,), "13.30–16.00")),
        day_limit=4,
        week_limit=10,
    ),
    DemoConsultant(
        "Sri Widyaningsih",
        ("bookkeeping",),
        ("id", "jv"),
        Words(
            "Guru pembukuan di SMK, sore untuk UMKM. Sabar dengan yang takut angka.",
            "Teaches bookkeeping in the morning, helps small businesses in the afternoon. Patient with those"
            " who fear numbers.",
        ),
        (((0, 1, 2, 3, 4), "13.30–16.30"),),
        day_limit=3,
        week_limit=10,
    ),
    DemoConsultant(
        "Fajar Nugroho",
        ("digital",),
        ("id",),
        Words(
            "Membuat konten untuk warung dan bengkel. Cukup HP dan cahaya pagi.",
            "Makes content for food stalls and workshops. A phone and morning light will do.",
        ),
        (((0, 2), "15.00–19.00"), ((5,), "09.00–13.00")),
        day_limit=4,
        week_limit=9,
    ),
    DemoConsultant(
        "Mulyono Hadi",
        ("nib", "legal", "export"),
        ("id", "jv"),
        Words(
            "Pensiunan pelayanan perizinan. Hafal OSS, hafal juga loket yang mana.",
            "Retired from the permits office. Knows OSS by heart, and which counter to go to.",
        ),
        (((1, 2, 3), "08.00–12.00"), ((4,), "08.00–11.00")),
        day_limit=4,
        week_limit=14,
    ),
    DemoConsultant(
        "Lutfiah Hanum",
        ("nib", "halal", "digital", "product"),
        ("id", "jv"),
        Words(
            "Alumni Bos Muda, punya usaha keripik sendiri. Cocok untuk yang baru mulai.",
            "A graduate of Bos Muda with a snack business of her own. Good for those who have just begun.",
        ),
        (((0, 1, 2, 3), "09.00–11.30 12.30–15.00"), ((4,), "08.30–11.00")),
        day_limit=5,
    ),
)
