"""The day page."""

import re
from collections.abc import Callable

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.bookings.day.grid import FREE, MINE, PICKED, SHUT, TAKEN, Columns, pattern, runs
from portal.resources.models import Closure, Resource
from tests.bookings.house import House, at
from tests.client import Visitor
from tests.factories import FeatureFactory, ResourceFactory, SiteFactory, words

Visit = Callable[..., Visitor]
DAY = "/spaces/1/day/2026-09-07"
TOMORROW = "/spaces/1/day/2026-09-08"
pytestmark = pytest.mark.usefixtures("monday_morning")


def row(page: str, resource: Resource) -> str:
    found = re.search(rf'<tr role="row" id="r{resource.id}".*?</tr>', page, re.DOTALL)
    assert found, f"{resource.name} is not on the page"
    return found[0]


def test_anyone_can_read_it(house: House, visitor: Visit) -> None:
    page = visitor().get(TOMORROW)
    assert page.status_code == 200
    assert "Selasa, 8 September 2026" in page.text
    assert "2 meja kosong pukul 08.00–10.00" in page.text
    assert 'Kosong <span class="nb">08.00–20.00</span>' in row(page.text, house.desk)


def test_taken_and_mine(house: House, visitor: Visit) -> None:
    house.book(at(10, days=1), at(12, days=1))
    mine = row(visitor(house.person).get(TOMORROW).text, house.desk)
    assert '<td role="cell" class="w4" colspan="4"><div class="slot slot--mine">' in mine
    others = row(visitor(house.rival).get(TOMORROW).text, house.desk)
    assert "Terisi 10.00–12.00" in others
    assert house.person.name not in others


def test_past_hours_are_left_out(house: House, visitor: Visit) -> None:
    page = visitor().get(DAY).text
    assert "at=09:00" not in page
    assert "at=09:30" in page


def test_three_taps(house: House, visitor: Visit) -> None:
    """Tap a time, see the bar, confirm: the second page holds all that the form sends."""
    person = visitor(house.person)
    page = person.get(f"{TOMORROW}?pick={house.desk.id}&at=10:00").text
    bar = page[page.index('class="confirm"') :]
    assert f"Meja {house.desk.name}, pukul 10.00–12.00" in bar
    assert "Pekan ini kamu sudah pesan 0 dari 10 jam" in bar
    assert '<option value="2026-09-08T12:00+07:00" selected>12.00' in bar
    assert 'action="/bookings"' in bar
    ends = re.findall(r'<option value="2026-09-08T(\d\d:\d\d)', bar)
    assert ends == ["10:30", "11:00", "11:30", "12:00", "12:30", "13:00", "13:30", "14:00"]


def test_for_a_stranger_the_bar_asks_first(house: House, visitor: Visit) -> None:
    page = visitor().get(f"{TOMORROW}?pick={house.desk.id}&at=10:00").text
    assert 'method="get" action="/bookings/new"' in page


def test_a_choice_that_has_gone_meanwhile(house: House, visitor: Visit) -> None:
    house.book(at(10, days=1), at(12, days=1), house.rival)
    page = visitor(house.person).get(f"{TOMORROW}?pick={house.desk.id}&at=10:00").text
    assert "Jam itu tidak bisa dipesan lagi" in page
    assert 'class="confirm"' not in page


def test_filters_stay_in_the_address(house: House, visitor: Visit, session: Session) -> None:
    from portal.resources.models import ResourceFeature

    monitor = FeatureFactory(code="monitor")
    session.add(ResourceFeature(resource_id=house.desk.id, feature_id=monitor.id))
    session.commit()
    page = visitor().get(f"{TOMORROW}?feature=monitor&start=13:00&end=15:00").text
    assert f'id="r{house.desk.id}"' in page
    assert f'id="r{house.other.id}"' not in page
    assert "1 meja kosong pukul 13.00–15.00" in page
    assert "feature=monitor&amp;start=13%3A00&amp;end=15%3A00&amp;pick=" in page


def test_rooms_by_seats(house: House, visitor: Visit) -> None:
    assert house.room.name in visitor().get(f"{TOMORROW}?kind=room&seats=8").text
    assert "Tidak ada yang punya semua itu" in visitor().get(f"{TOMORROW}?kind=room&seats=9").text


def test_a_closure_says_why(house: House, visitor: Visit, session: Session) -> None:
    session.add(
        Closure(
            resource_id=house.desk.id,
            starts_at=at(0, days=1),
            ends_at=at(0, days=2),
            reason=words("Dipakai <kelas>", "Class"),
        )
    )
    session.commit()
    shown = row(visitor().get(TOMORROW).text, house.desk)
    assert "Dipakai &lt;kelas&gt;" in shown
    assert "slot--free" not in shown


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-09-06", "sudah lewat"),
        ("2026-10-30", "belum dibuka"),
        ("2199-12-31", "belum dibuka"),
        ("2000-01-01", "sudah lewat"),
    ],
)
def test_days_on_which_nothing_can_be_booked(house: House, visitor: Visit, day: str, why: str) -> None:
    page = visitor().get(f"/spaces/1/day/{day}")
    assert page.status_code == 200
    assert why in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/spaces/1/day/2026-06-31",
        "/spaces/1/day/0001-01-01",
        "/spaces/1/day/9999-12-31",
        "/spaces/99/day/2026-09-08",
        "/spaces/-1/day/2026-09-08",
        "/spaces/99999999999999999999/day/2026-09-08",
        "/spaces/1/day/today",
    ],
)
def test_days_and_sites_that_are_none(house: House, visitor: Visit, path: str) -> None:
    assert visitor().get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "kind=boat",
        "seats=-1",
        "seats=" + "9" * 40,
        "seats=²",
        "start=25:00&end=xx",
        "start=12:00&end=09:00",
        "feature=%00",
        "feature=" + "x" * 9000,
        "pick=x&at=10:00",
        "pick=1&at=99:99",
        "pick=1&at=10:07",
        "pick=999&at=10:00",
        "at=١٠:٠٠&pick=1",
        "move=x",
        "move=%00",
        "all=1",
        "until=&pick=1&at=10:00",
    ],
)
def test_nonsense_in_the_address_is_left_out(house: House, visitor: Visit, query: str) -> None:
    for who in (None, house.person):
        assert visitor(who).get(f"{TOMORROW}?{query}").status_code == 200


def test_the_shortcut_leads_to_the_next_open_day(house: House, visitor: Visit) -> None:
    assert visitor().get("/spaces").location == DAY
    with time_machine.travel(at(21), tick=False):
        assert visitor().get("/spaces").location == TOMORROW


def test_not_modified_until_something_changes(house: House, visitor: Visit) -> None:
    person = visitor(house.person)
    first = person.get(TOMORROW)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert person.get(TOMORROW, headers=tag).status_code == 304
    assert (
        person.get(
            TOMORROW,
            headers={"If-None-Match": first.headers["ETag"].replace('"', ':gzip"').replace(':gzip"', '"', 1)},
        ).status_code
        == 304
    )
    assert visitor(house.rival).get(TOMORROW, headers=tag).status_code == 200
    assert person.get(TOMORROW + "?lang=en", headers=tag).status_code == 200
    house.book(at(10, days=1), at(12, days=1), house.rival)
    assert person.get(TOMORROW, headers=tag).status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


minutes = st.tuples(st.integers(-10, 70), st.integers(1, 40)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(minutes, max_size=4), st.lists(minutes, max_size=4), st.lists(minutes, max_size=2))
def test_signs_say_what_is_so(
    open_: list[tuple[int, int]], taken: list[tuple[int, int]], mine: list[tuple[int, int]]
) -> None:
    columns = Columns(first=0, step=5, count=12, first_of_day=0)
    signs = pattern(columns, open_, taken, mine)

    def touches(stretches: list[tuple[int, int]], slot: int) -> bool:
        return any(start < slot + 5 and slot < end for start, end in stretches if start < end)

    for n, sign in enumerate(signs):
        slot = n * 5
        if touches(mine, slot):
            assert sign == MINE
        elif touches(taken, slot):
            assert sign == TAKEN
        elif any(start <= slot and slot + 5 <= end for start, end in open_):
            assert sign == FREE
        else:
            assert sign == SHUT
    assert [sign for sign, start, end in runs(signs) for _ in range(start, end)] == list(signs)
    assert PICKED not in signs


def test_the_header_spans_whole_hours() -> None:
    assert Columns(0, 30, 5, 9 * 60 + 30).hours() == [(570, 1), (600, 2), (660, 2)]


def test_a_room_of_many_names(house: House, visitor: Visit, session: Session) -> None:
    ResourceFactory(**house.place, name='<b>"A&1"</b>')
    session.commit()
    page = visitor().get(TOMORROW).text
    assert "&lt;b&gt;" in page
    assert '<b>"A' not in page


def test_one_place_leads_to_the_others(house: House, visitor: Visit, session: Session) -> None:
    assert "Di mana" not in visitor().get(TOMORROW).text
    other = SiteFactory(name="Bumijawa")
    session.commit()
    page = visitor().get(TOMORROW).text
    assert f'href="/spaces/{other.id}/day/2026-09-08"' in page
    assert "Bumijawa" in page


def test_the_last_minutes_of_a_day_lead_to_the_next(house: House, visitor: Visit) -> None:
    """Nothing can be booked any more at 19.45: the shortcut must not lead back to a page without times."""
    with time_machine.travel(at(19, 45), tick=False):
        assert visitor().get("/spaces").location == TOMORROW
        assert visitor().get("/spaces?kind=room").location == f"{TOMORROW}?kind=room"
