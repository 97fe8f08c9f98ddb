"""The row about consultations: when can any of ten consultants be had within two weeks?"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Connection, create_engine, text

from portal.clock import now
from tests.bench.browser import ACCEPT
from tests.bench.client import prepared
from tests.bench.figures import Figure
from tests.bench.plans import planned_anew
from tests.bench.rivals import people
from tests.bench.stage import Stage, inside
from tests.client import Visitor
from tests.statements import counted

FEW, MANY = 10, 100
"""Consultants of a topic."""
DAYS = 14
A_DAY = 6
"""Appointments of a consultant on each day that is over."""
COMING = 30
"""Days from tomorrow on which somebody has one appointment in the morning and, every other day, one after noon."""
ASKERS = 4


def free_times(stage: Stage) -> Iterator[Figure]:
    """Several people ask; few consultants have all the history, and ten times as many share the window with them."""
    url = stage.copy(stage.size.few)
    topics = _made(url, stage.size.usual)
    tokens = people(url, "asker", ASKERS)
    tomorrow = now().astimezone(ZoneInfo("Asia/Jakarta")).date() + timedelta(days=1)
    window = f"from={tomorrow}&to={tomorrow + timedelta(days=DAYS - 1)}"
    paths = {count: f"/api/v1/consultations/availability?topic={topics[count]}&{window}" for count in topics}
    asked = [prepared("GET", paths[FEW], _headers(token) | {"Accept-Encoding": ACCEPT}) for token in tokens]
    found = stage.beside_hello(url, cycle(asked), 200)
    what = f"Free time of any of {FEW} consultants over {DAYS} days, {stage.size.usual:,} past"
    yield Figure(what, found.rate, "of hello", 40, 20, found.note)
    with inside(url):
        visitor = Visitor.of(current_app._get_current_object())  # type: ignore[attr-defined]
        sent = {count: _statements(visitor, path, tokens[0], count) for count, path in paths.items()}
        anew = planned_anew(lambda: visitor.get(paths[FEW], headers=_headers(tokens[0])))
    yield Figure("  SQL statements", sent[FEW], "statements", 6)
    yield Figure(f"  more with {MANY} consultants", sent[MANY] - sent[FEW], "statements", 0, 0)
    yield Figure("  planned anew for each request", anew, "statements", 0, 0)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _statements(visitor: Visitor, path: str, token: str, consultants: int) -> int:
    for _ in range(2):
        with counted() as sent:
            answer = visitor.get(path, headers=_headers(token))
    items = answer.json["items"] if answer.status_code == 200 and answer.json else []
    if sum(bool(item["free"]) for item in items) != consultants:
        raise RuntimeError(f"{path} is answered with {answer.status_code}, {len(items)} consultants")
    return len(sent)


def _made(url: str, appointments: int) -> dict[int, int]:
    """Topics by how many consultants advise on them. The first `FEW` of these have all the past appointments."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(_CONSULTANTS, {"count": MANY})
        for script in (_HOURS, _ROOMS):
            connection.execute(script)
        topics = {count: _topic(connection, count) for count in (FEW, MANY)}
        shape = {"topic_id": topics[FEW], "few": FEW, "a_day": A_DAY}
        connection.execute(_PAST, shape | {"appointments": appointments})
        connection.execute(_COMING, shape | {"topic_id": topics[MANY], "days": COMING})
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return topics


def _topic(connection: Connection, consultants: int) -> int:
    topic_id: int = connection.execute(_TOPIC, {"count": consultants}).scalar_one()
    return topic_id


_CONSULTANTS = text(
    """
    WITH made AS (
        INSERT INTO person (name, email, email_confirmed_at)
        SELECT 'Konsultan ' || n, 'konsultan' || n || '@bench.example', now() FROM generate_series(1, :count) AS n
        RETURNING id, name
    ), claimable AS (
        INSERT INTO resource (site_id, kind, name)
        SELECT 1, 'consultant', name FROM made ORDER BY id RETURNING id, name
    )
    INSERT INTO consultant (id, person_id, about, day_limit, week_limit)
    SELECT claimable.id, made.id, '{"id": "", "en": ""}', 8, 40 FROM claimable JOIN made USING (name)
    """
)
_HOURS = text(
    """
    INSERT INTO opening_hours (resource_id, weekday, opens, closes)
    SELECT consultant.id, weekday, opens, closes
    FROM consultant JOIN person ON person.id = consultant.person_id AND person.email LIKE '%@bench.example',
        generate_series(0, 4) AS weekday, (VALUES (time '09:00', time '12:00'), ('13:00', '16:00')) AS worked (opens, closes)
    """
)
_ROOMS = text(
    """
    UPDATE resource SET serves_consultations = true
    WHERE id IN (SELECT id FROM resource WHERE site_id = 1 AND kind = 'room' ORDER BY id LIMIT 2)
    """
)
_TOPIC = text(
    """
    WITH made AS (
        INSERT INTO topic (name, description, field, minutes, buffer_after_minutes, modes, to_bring)
        SELECT words, words, 'finance', 60, 15, '{in_person,video}', words
        FROM json_build_object('id', 'Topik', 'en', 'Topic') AS made (words) RETURNING id
    ), advising AS (
        INSERT INTO consultant_topic (consultant_id, topic_id)
        SELECT consultant.id, made.id FROM made, (
            SELECT consultant.id FROM consultant JOIN person ON person.id = consultant.person_id
            WHERE person.email LIKE '%@bench.example' ORDER BY consultant.id LIMIT :count
        ) consultant
    )
    SELECT id FROM made
    """
)
_HELD = """
    , reserved AS (
        INSERT INTO reservation (reference, kind, state, person_id, created_by_id, site_id, starts_at, ends_at, created_at)
        SELECT reference, 'appointment', state, person_id, person_id, 1, starts_at, starts_at + interval '1 hour', now()
        FROM wanted RETURNING id, reference
    ), held AS (
        INSERT INTO appointment (id, consultant_id, topic_id, mode)
        SELECT reserved.id, wanted.consultant_id, :topic_id, 'video' FROM reserved JOIN wanted USING (reference)
    )
    INSERT INTO claim (reservation_id, resource_id, person_id, starts_at, ends_at)
    SELECT reserved.id, wanted.consultant_id, wanted.person_id, wanted.starts_at, wanted.starts_at + interval '75 minutes'
    FROM reserved JOIN wanted USING (reference)
"""
_OURS = """
    ours AS (
        SELECT consultant.id, row_number() OVER (ORDER BY consultant.id) - 1 AS n
        FROM consultant JOIN person ON person.id = consultant.person_id AND person.email LIKE '%@bench.example'
    ), guests AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total
        FROM person WHERE email NOT LIKE '%@bench.example'
    )
"""
_PAST = text(
    f"""
    WITH {_OURS}, wanted AS (
        SELECT 'PAST' || nth AS reference, 'completed' AS state, ours.id AS consultant_id, guests.id AS person_id,
            (current_date - 1 - (nth / (:few * :a_day))::int + time '01:00') AT TIME ZONE 'UTC'
                + (nth / :few) % :a_day * interval '75 minutes' AS starts_at
        FROM generate_series(0, :appointments - 1) AS nth JOIN ours ON ours.n = nth % :few
        JOIN guests ON guests.n = nth % guests.total
    ) {_HELD}
    """
)
_COMING = text(
    f"""
    WITH {_OURS}, wanted AS (
        SELECT 'NEXT' || ours.n || 'X' || day || 'X' || hour AS reference, 'confirmed' AS state, ours.id AS consultant_id,
            guests.id AS person_id,
            (current_date + day + time '02:00') AT TIME ZONE 'UTC' + hour * interval '1 hour' AS starts_at
        FROM ours, generate_series(1, :days) AS day, (VALUES (0), (4)) AS two (hour), guests
        WHERE guests.n = (ours.n * 7 + day) % guests.total AND (hour = 0 OR (day + ours.n) % 2 = 0)
    ) {_HELD}
    """
)
