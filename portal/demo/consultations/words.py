"""What people write about consultations: answers, notes, advice, tasks, reasons, ratings. In Indonesian, as they do."""

from dataclasses import dataclass, field

DECLINED = (
    "Soal ini lebih pas dengan rekan saya. Pilih konsultan lain di topik yang sama, ya.",
    "Maaf, hari itu saya mendampingi pameran di Semarang. Pilih hari lain, ya.",
    "Datanya belum lengkap. Isi dulu jenis produknya, lalu ajukan lagi.",
)
CANCELLED_BY_CONSULTANT = (
    "Ada rapat dinas mendadak.",
    "Saya sakit. Maaf, silakan pilih waktu lain.",
    "Mendampingi kunjungan dari provinsi.",
)
CANCELLED_BY_PERSON = (
    *("", "", ""),
    "Ada pesanan mendadak.",
    "Anak sakit.",
    "Motor mogok, nanti saya pesan lagi.",
    "Sudah beres sendiri, terima kasih.",
)
"""Half of them say nothing."""
PRIVATE = (
    "Semangat, tapi gampang patah kalau urusannya panjang. Beri langkah kecil.",
    "Datang bersama suaminya. Yang memutuskan soal uang suaminya.",
    "Perlu dijelaskan pelan-pelan; lebih suka contoh daripada teori.",
    "Sudah jauh lebih rapi daripada pertemuan pertama.",
    "Sebenarnya usahanya sudah jalan dua tahun, hanya belum tercatat.",
    "HP-nya tua, OSS sering macet. Tawarkan komputer di lantai 1.",
    "Cocok untuk angkatan Bos Muda berikutnya.",
    "Ragu soal modal; punya utang ke saudara yang belum disebut di formulir.",
    "Rumah di Bumijawa, ke sini satu jam. Lain kali lewat video saja.",
    "",
)
GOOD_LINES = (
    "Penjelasannya gampang dipahami.",
    "Sabar sekali, terima kasih.",
    "Langsung dibantu sampai NIB jadi.",
    "Jadi tahu langkah berikutnya.",
    "Mantap, tidak digurui.",
    "Matur nuwun, Bu.",
    "Waktunya kurang lama, tapi sangat membantu.",
)
POOR_LINES = (
    "Mulainya terlambat.",
    "Masih bingung soal KBLI.",
    "Suaranya putus-putus di video.",
)
BUSINESSES = (
    *("Keripik singkong", "Sambal botolan", "Sosis bakar", "Kopi bubuk Bumijawa", "Batik tulis Talang"),
    *("Tahu aci", "Teh poci siap minum", "Jahit dan permak", "Bengkel las", "Kue kering", "Martabak"),
    *("Servis HP", "Warung makan", "Sablon kaos", "Pupuk kompos", "Lele bioflok", "Anyaman bambu"),
)
DETAILS = (
    "Masih usaha rumahan, dibantu adik. Ingin lebih rapi tapi belum tahu mulai dari mana.",
    "Sudah jalan setahun lebih. Pesanan ramai menjelang Lebaran, sepi sesudahnya.",
    "Baru mulai dua bulan. Pembelinya tetangga dan teman sekolah.",
    "Ada toko oleh-oleh yang mau ambil, tapi minta surat-suratnya dulu.",
    "Pernah coba sendiri, tapi berhenti di tengah karena bingung.",
)
ANSWERS = {
    "Butuh berapa rupiah?": ("3000000", "5000000", "10000000", "15000000", "25000000", "50000000"),
    "Berapa karyawanmu?": ("0", "1", "2", "3", "5", "8"),
    "Berapa pesanan dalam seminggu?": ("4", "8", "10", "15", "25", "40"),
    "Tahan berapa hari?": ("2", "3", "7", "14", "30", "90"),
    "Untuk apa modalnya?": ("Beli mesin penggiling", "Stok bahan sebelum Lebaran", "Sewa kios", "Beli oven"),
    "Mau kirim ke negara mana?": ("Malaysia", "Singapura", "Jepang", "Belanda", "Arab Saudi", "Belum tahu"),
    "Produk apa saja?": (
        "Keripik pisang, keripik singkong, dan rengginang.",
        "Sambal bawang dan sambal cumi dalam botol 150 ml.",
        "Sosis dan bakso ayam beku.",
        "Kue kering: nastar, kastengel, putri salju.",
        "Minuman teh poci dalam botol.",
    ),
    "Apa yang mau diperbaiki?": (
        "Kemasannya cepat sobek dan labelnya luntur.",
        "Keripiknya melempem setelah seminggu.",
        "Rasanya belum sama setiap kali masak.",
    ),
    "Ceritakan singkat": (
        "Merek saya dipakai orang lain di lokapasar.",
        "Mau daftar merek, tapi belum tahu kelasnya.",
        "Diminta tanda tangan kontrak titip jual, takut salah.",
        "Ingin bikin PT perorangan supaya bisa ikut tender kecil.",
    ),
}
"""By the question in Indonesian; numbers as people type them."""


@dataclass(frozen=True, slots=True)
class Talked:
    """What is said about a topic: advice, what the entrepreneur does next, what the consultant does, how it ends."""

    advice: tuple[str, ...]
    tasks: tuple[str, ...]
    own_tasks: tuple[str, ...] = ("Kirim contoh berkas lewat WhatsApp", "Telepon untuk menanyakan kabar")
    outcomes: tuple[str, ...] = field(default=("agreed", "again", "finished"))


ANYTHING = Talked(
    advice=("Mulai dari satu langkah yang bisa selesai minggu ini, lalu lapor lagi bulan depan.",),
    tasks=("Siapkan pertanyaan untuk pertemuan berikutnya",),
)
TALKED = {
    "nib": Talked(
        (
            "Daftar di OSS pakai KBLI 10794, usaha mikro, risiko rendah. NIB langsung terbit dan berlaku"
            " sebagai izin.",
            "NIB sudah terbit tadi di tempat. Simpan PDF-nya, cetak satu untuk ditempel di rumah produksi.",
            "Perbarui alamat usaha di OSS supaya cocok dengan KTP baru. Setelah itu baru urus P-IRT.",
            "Dua usaha cukup satu NIB: tambahkan KBLI kedua, jangan bikin akun baru.",
        ),
        (
            "Buat akun OSS dan aktifkan lewat surel",
            "Cetak NIB dan simpan salinannya",
            "Ajukan P-IRT di Dinas Kesehatan",
            "Perbarui alamat usaha di OSS",
        ),
        ("Cek status NIB di OSS", "Kirim daftar KBLI yang cocok"),
        ("filed", "issued", "issued", "papers", "finished"),
    ),
    "halal": Talked(
        (
            "Pakai jalur gratis (pernyataan pelaku usaha). Ganti margarin ke merek yang sudah bersertifikat halal.",
            "Catat semua bahan beserta mereknya, pisahkan alat masak, lalu daftar di SIHALAL.",
            "Karena ada daging giling, jalurnya reguler. Mulai dari nota rumah potong yang bersertifikat.",
        ),
        (
            "Lengkapi daftar bahan dan mereknya",
            "Foto dapur, alat, dan tempat menyimpan bahan",
            "Daftar akun SIHALAL",
            "Minta salinan sertifikat halal dari pemasok daging",
        ),
        ("Periksa daftar bahan sebelum diajukan", "Jadwalkan kunjungan pendamping halal"),
        ("filed", "papers", "papers", "issued", "again"),
    ),
    "digital": Talked(
        (
            "Pakai WhatsApp Business, isi katalog lima produk terlaris, balas pesan sebelum dua jam.",
            "Foto ulang pakai cahaya pagi di teras. Satu latar untuk semua produk.",
            "Iklan Rp20.000 sehari selama lima hari, hanya untuk Slawi dan Adiwerna. Catat hasilnya.",
            "Tulis ongkos kirim di awal; pembeli pergi kalau baru tahu di akhir.",
        ),
        (
            "Isi katalog WhatsApp Business dengan lima produk",
            "Foto ulang tiga produk terlaris",
            "Catat pesanan dari iklan selama seminggu",
            "Minta ulasan dari sepuluh pembeli",
        ),
        ("Lihat hasil iklannya bersama-sama",),
    ),
    "bookkeeping": Talked(
        (
            "Satu buku kas, dua dompet. Uang rumah dan uang usaha tidak boleh bertemu.",
            "Hitung harga pokok per bungkus termasuk gas dan tenaga sendiri: Rp7.400, jadi jual Rp10.000.",
            "Untungnya ada, tapi tertahan di piutang. Batasi titip jual dua minggu.",
        ),
        (
            "Isi buku kas setiap malam selama sebulan",
            "Buka rekening khusus usaha",
            "Hitung harga pokok tiga produk terlaris",
            "Tagih titip jual yang lewat dua minggu",
        ),
        ("Periksa buku kas bulan ini", "Kirim lembar hitung harga pokok"),
    ),
    "finance": Talked(
        (
            "Pinjam sesuai kebutuhan mesin saja, Rp12 juta, cicilan di bawah sepertiga untung sebulan.",
            "Belum perlu pinjam: minta uang muka 50 persen untuk pesanan besar.",
            "KUR mikro cocok. Siapkan NIB dan catatan penjualan tiga bulan dulu.",
        ),
        (
            "Kumpulkan catatan penjualan tiga bulan",
            "Tanyakan bunga dan biaya ke dua bank",
            "Lengkapi berkas KUR",
        ),
        ("Periksa berkas KUR sebelum diajukan",),
        ("agreed", "papers", "referred", "again"),
    ),
    "export": Talked(
        (
            "Kirim contoh 2 kg dulu lewat pos, pakai harga FOB. Jangan setujui bayar di belakang.",
            "Untuk Malaysia cukup sertifikat halal dan label dua bahasa. Mulai dari satu toko.",
            "Belum siap ekspor: kapasitas 50 kg sebulan, pembeli minta 400. Gabung dengan kelompok dulu.",
        ),
        ("Hitung harga sampai di pelabuhan", "Buat label dua bahasa", "Siapkan contoh 2 kg"),
        ("Tanyakan syarat masuk ke Bea Cukai",),
        ("agreed", "again", "referred"),
    ),
    "product": Talked(
        (
            "Pakai kemasan aluminium dengan ziplock, isi 100 gram. Umur simpan naik dari 7 ke 30 hari.",
            "Timbang bumbu, jangan kira-kira. Tulis resepnya di dinding dapur.",
            "Label harus ada: nama, isi, bahan, tanggal kedaluwarsa, alamat, P-IRT.",
        ),
        (
            "Uji simpan: catat rasa di hari ke-7, 14, 21, 30",
            "Perbaiki label sesuai daftar",
            "Minta contoh kemasan dari dua pemasok",
            "Daftar penyuluhan keamanan pangan",
        ),
        ("Kirim rancangan label", "Datangi rumah produksi"),
        ("agreed", "again", "referred", "finished"),
    ),
    "legal": Talked(
        (
            "Cek dulu nama mereknya di pangkalan data DJKI. Daftar di kelas 30, tarif UMK Rp500.000.",
            "Jangan tanda tangan dulu: minta pasal soal barang rusak diubah.",
            "PT perorangan bisa didaftarkan sendiri, Rp50.000. Perlu NPWP badan setelahnya.",
            "Merek bersama untuk kelompok: siapkan peraturan penggunaan merek.",
        ),
        (
            "Cek nama merek di pangkalan data DJKI",
            "Minta surat rekomendasi UMK",
            "Kirim perjanjian yang sudah diubah",
        ),
        ("Baca perjanjian dan beri catatan",),
        ("agreed", "filed", "papers", "finished"),
    ),
}
"""By the key of the topic in `topics`."""
