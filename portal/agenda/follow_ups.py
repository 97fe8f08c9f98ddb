"""What is still to be done after consultations, as both of their people see it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from portal.consultations.appointments.queries import ADVISES
from portal.db import Reader, Words


@dataclass(frozen=True, slots=True)
class Task:
    """An open follow-up."""

    id: int
    task: str
    due_on: date
    created_at: datetime
    owner_id: int
    owner_name: str
    reference: str
    topic: Words
    person_id: int
    person_name: str
    consultant_person_id: int
    consultant_name: str
    time_zone: str

    def other_name(self, person_id: int) -> str:
        """With whom the consultation was, seen by one of its two people."""
        return self.person_name if person_id == self.consultant_person_id else self.consultant_name

    def path(self, person_id: int) -> str:
        """Where it is seen and ticked off."""
        part = (
            "calendar/appointments"
            if person_id == self.consultant_person_id != self.person_id
            else "consultations"
        )
        return f"/{part}/{self.reference}"


_OPEN = text(
    f"""
    SELECT f.id, f.task, f.due_on, f.created_at, f.owner_id, owner.name AS owner_name, v.reference, topic.name AS topic,
        v.person_id, person.name AS person_name, c.person_id AS consultant_person_id, r.name AS consultant_name,
        site.time_zone
    FROM follow_up f JOIN appointment a ON a.id = f.appointment_id JOIN reservation v ON v.id = a.id
    JOIN consultant c ON c.id = a.consultant_id JOIN resource r ON r.id = a.consultant_id
    JOIN topic ON topic.id = a.topic_id JOIN site ON site.id = v.site_id
    JOIN person ON person.id = v.person_id JOIN person owner ON owner.id = f.owner_id
    WHERE f.done_at IS NULL AND (v.person_id = :person_id OR (c.person_id = :person_id AND {ADVISES}))
    ORDER BY f.due_on, f.id
    """  # noqa: S608 (constants)
)


def open_follow_ups(reader: Reader, person_id: int) -> list[Task]:
    """Those of this person's consultations, whoever is to do them, the most urgent first."""
    return [
        Task(**{**row._mapping, "topic": Words(**row.topic)})
        for row in reader.execute(_OPEN, {"person_id": person_id})
    ]
