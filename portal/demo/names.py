"""Given and second names as they are heard in Tegal; put together by chance, so that nobody is meant."""

WOMEN = (
    *("Aisyah", "Anisa", "Ayu", "Citra", "Dewi", "Dian", "Dina", "Dwi", "Eka", "Elsa", "Endah", "Erna"),
    *(
        "Fatimah",
        "Fitri",
        "Hesti",
        "Ika",
        "Indah",
        "Intan",
        "Kartika",
        "Khotimah",
        "Laila",
        "Lestari",
        "Lina",
    ),
    *("Maya", "Mega", "Nabila", "Nadia", "Nia", "Novi", "Nur", "Nurul", "Puji", "Putri", "Rahma", "Ratih"),
    *("Retno", "Rina", "Riska", "Salsabila", "Sari", "Siti", "Sofi", "Sri", "Susi", "Tika", "Titin", "Tri"),
    *("Umi", "Vina", "Widya", "Winda", "Wulan", "Yulia", "Yuni", "Zahra"),
)
WOMENS_SECOND = (
    *("Amalia", "Ananda", "Anggraini", "Apriyani", "Astuti", "Aulia", "Azizah", "Cahyani", "Damayanti"),
    *("Fadilah", "Fauziah", "Handayani", "Hasanah", "Hidayah", "Jamilah", "Kurniasih", "Lestari", "Maharani"),
    *("Maulida", "Mulyani", "Nuraeni", "Permata", "Pertiwi", "Puspita", "Rahayu", "Rahmawati", "Ramadhani"),
    *("Safitri", "Saputri", "Setyaningsih", "Susanti", "Utami", "Wahyuni", "Wulandari", "Zulaikha"),
)
MEN = (
    *("Aditya", "Agus", "Ahmad", "Aji", "Akbar", "Aldi", "Alif", "Andi", "Andika", "Angga", "Anwar", "Arif"),
    *("Bagas", "Bayu", "Budi", "Cahyo", "Danang", "Dani", "Dedi", "Dimas", "Doni", "Edi", "Eko", "Fajar"),
    *("Fauzi", "Ferdi", "Galih", "Gilang", "Hadi", "Hanif", "Heru", "Ilham", "Imam", "Irfan", "Joko"),
    *("Khoirul", "Lukman", "Miftah", "Muhammad", "Nanang", "Nugroho", "Panji", "Rangga", "Reza", "Rizki"),
    *("Rohman", "Satria", "Slamet", "Taufik", "Teguh", "Wahyu", "Wawan", "Yoga", "Yusuf", "Zaenal"),
)
MENS_SECOND = (
    *("Abadi", "Afandi", "Ardiansyah", "Arifin", "Budiman", "Darmawan", "Firmansyah", "Gunawan", "Hakim"),
    *("Hermawan", "Hidayat", "Iskandar", "Kurniawan", "Kusuma", "Mahendra", "Maulana", "Nugroho", "Permana"),
    *("Pradana", "Prasetyo", "Pratama", "Purnomo", "Rahman", "Ramadhan", "Santoso", "Saputra", "Setiawan"),
    *("Sholeh", "Subekti", "Sulistyo", "Syahputra", "Wahyudi", "Wibowo", "Widodo", "Wijaya", "Yulianto"),
)
