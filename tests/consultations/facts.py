"""What messages about consultations are told, beside what they share with others."""

from datetime import timedelta
from typing import Any

from portal.db import Words
from tests.notifications.test_send import STARTS

CONSULTATION: dict[str, Any] = {
    "topic": Words("NIB dan izin usaha", "Business permits"),
    "to_bring": Words("KTP\nNPWP", "Identity card\nTax number"),
    "person_name": "Siti Nuraeni",
    "consultant_name": "Ratna Dewi",
    "mode": "in_person",
    "room_name": "Ruang Konsultasi 1",
    "video_url": "",
    "answer_at": STARTS - timedelta(days=1),
    "state": "requested",
    "by_person": False,
    "waiting": 7,
    "task": "Lengkapi label kemasan",
    "due_on": STARTS.date(),
    "other_1_at": STARTS + timedelta(days=1),
    "other_2_at": STARTS + timedelta(days=2),
    "other_3_at": STARTS + timedelta(days=3),
    "other_name": "Ratna Dewi",
    "others_path": "/consultations/topics/1",
}
