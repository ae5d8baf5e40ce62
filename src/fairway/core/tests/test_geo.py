import csv
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.geo import (
    city_index,
    country_code,
    haversine_km,
    haversine_km_array,
    locate,
    state_code,
    state_name,
    states_of,
)
from fairway.core.geo.distance import EARTH_RADIUS_KM


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("Alemania", "DE"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("  united   kingdom ", "GB"),
        ("UK", "GB"),
        ("Scotland", "GB"),
        ("Österreich", "AT"),
        ("España", "ES"),
        ("Côte d'Ivoire", "CI"),
        ("Ελλάδα", "GR"),
        ("Россия", "RU"),
        ("日本", "JP"),
        ("Türkiye", "TR"),
        ("Czech Republic", "CZ"),
        ("South Korea", "KR"),
        ("Viet Nam", "VN"),
        ("Kosovo", "XK"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("Narnia", None),
        ("XX", None),
        ("Europe", None),
        ("", None),
        (None, None),
        ("-", None),
    ],
)
def test_a_country_is_known_by_its_codes_and_names(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("Washington", "US", "WA"),
        ("wa", "us", "WA"),
        ("US-WA", "US", "WA"),
        ("Western Australia", "AU", "WA"),
        ("Québec", "CA", "QC"),
        ("quebec", "CA", "QC"),
        ("Bavaria", "DE", "BY"),
        ("Baden Wuerttemberg", "DE", "BW"),
        ("Essonne", "FR", "91"),
        ("Ile de France", "FR", "IDF"),
        ("Cymru", "GB", "WLS"),
        ("Bavaria", "US", None),
        ("Ontario", "XX", None),
        ("", "US", None),
        (None, "US", None),
    ],
)
def test_a_state_is_known_by_its_code_and_names(text, country, code):
    assert state_code(text, country) == code


def test_states_have_names():
    assert state_name("by", "de") == "Bayern"
    assert state_name("XX", "DE") is None
    assert [len(states_of(country)) for country in ("US", "CA", "AU", "DE", "GB", "FR", "XX")] == [
        51, 13, 8, 16, 4, 13 + 96, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("city", "state", "country", "near"),
    [
        ("München", "BY", "DE", (48.14, 11.58)),
        ("Munich", "Bavaria", "Germany", (48.14, 11.58)),
        ("muenchen", None, "DEU", (48.14, 11.58)),
        ("Saint Louis", "Missouri", "USA", (38.63, -90.20)),
        ("St. Louis", "MO", "US", (38.63, -90.20)),
        ("New York", "NY", "US", (40.71, -74.01)),
        ("Paris", "TX", "US", (33.66, -95.56)),
        ("Paris", "75", "FR", (48.85, 2.35)),
        ("Vancouver", "ON", "CA", (49.25, -123.12)),
        ("London", "somewhere", "GB", (51.51, -0.13)),
        ("Suva", None, "FJ", (-18.14, 178.43)),
    ],
)
def test_a_city_is_found_by_its_names_and_state(city, state, country, near):
    found = locate(city, state, country)
    assert (round(found.latitude, 2), round(found.longitude, 2)) == near


@pytest.mark.parametrize(
    ("city", "state", "country"),
    [
        ("Springfield", None, "US"),  # several of a size
        ("Burbank", "OH", "US"),  # a village; the large one is elsewhere
        ("Munich", "BY", "US"),
        ("Nowhere at all", None, "DE"),
        ("", None, "DE"),
        (None, None, None),
        ("Berlin", None, "Narnia"),
    ],
)
def test_a_place_that_could_be_several_or_none_stays_unknown(city, state, country):
    assert locate(city, state, country) is None


def test_the_index_of_cities_is_made_once_and_only_trusted_where_it_is_ours(settings, tmp_path, monkeypatch):
    index = b"SQLite format 3"
    monkeypatch.setattr(city_index, "_fill", lambda path: Path(path).write_bytes(index))
    settings.VAR_DIR = tmp_path / "var"
    made = city_index._made("cities.sqlite3")
    assert made == tmp_path / "var" / "cache" / "cities.sqlite3"
    assert made.read_bytes() == index
    assert [found.name for found in made.parent.iterdir()] == ["cities.sqlite3"]
    monkeypatch.setattr(city_index, "_is_ours", lambda folder: False)
    with pytest.raises(OSError, match="cities cannot be looked up"):
        city_index._made("cities.sqlite3")


def test_distances_are_right_where_maps_break():
    quarter = EARTH_RADIUS_KM * np.pi / 2
    assert haversine_km(52.52, 13.405, 48.137, 11.575) == pytest.approx(504.2, abs=0.5)
    assert haversine_km(0, 179.5, 0, -179.5) == pytest.approx(111.195, abs=0.01)
    assert haversine_km(90, 0, 90, 123) == pytest.approx(0, abs=1e-6)
    assert haversine_km(90, 0, 0, 77) == pytest.approx(quarter)
    assert haversine_km(12.3, 45.6, -12.3, -134.4) == pytest.approx(2 * quarter)
    assert haversine_km(5, 5, 5, 5) == 0


def test_arrays_broadcast_and_unknown_places_have_no_distance():
    partners = np.array([[48.137, 11.575], [np.nan, np.nan], [52.52, 13.405]])
    found = haversine_km_array(52.52, 13.405, partners[:, 0], partners[:, 1])
    assert found[0] == pytest.approx(504.2, abs=0.5)
    assert np.isnan(found[1])
    assert found[2] == 0
    matrix = haversine_km_array(np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(3), np.array([0, 90, 180]))
    assert matrix.shape == (4, 3)


latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


@given(latitudes, longitudes, latitudes, longitudes)
def test_one_and_many_agree_in_both_directions_and_stay_on_the_earth(lat_a, lon_a, lat_b, lon_b):
    there = haversine_km(lat_a, lon_a, lat_b, lon_b)
    assert 0 <= there <= EARTH_RADIUS_KM * np.pi + 1e-6
    assert there == pytest.approx(haversine_km(lat_b, lon_b, lat_a, lon_a), abs=1e-6)
    assert there == pytest.approx(float(haversine_km_array(lat_a, lon_a, lat_b, lon_b)), abs=1e-4)


@pytest.mark.data
def test_nearly_all_real_resellers_are_located():
    folder = settings.SAMPLE_DATA_DIR / "adventureworks"
    with open(folder / "DimGeography.csv", encoding="utf-8-sig", newline="") as file:
        places = {row["GeographyKey"]: row for row in csv.DictReader(file)}
    with open(folder / "DimReseller.csv", encoding="utf-8-sig", newline="") as file:
        resellers = [places[row["GeographyKey"]] for row in csv.DictReader(file)]
    located = [
        place
        for place in resellers
        if locate(place["City"], place["StateProvinceCode"], place["CountryRegionCode"]) is not None
    ]
    assert len(resellers) == 701
    assert len(located) == 664
