"""Settings come from the environment, have safe defaults, and a wrong one is named."""

from pathlib import Path

import pytest

from sync.server.settings import BadSetting, Settings, read_settings


def test_without_any_the_server_is_for_this_machine_alone() -> None:
    found = read_settings({"HOME": "/nowhere", "PATH": "x"})
    assert found == Settings()
    assert found.host == "127.0.0.1"
    assert found.postgres == ""
    assert found.sqlite.name == "fika.db"
    assert "http://127.0.0.1:8460" in found.known_as(8460)
    assert "http://localhost:8460" in found.known_as(8460)


def test_every_setting_is_read() -> None:
    found = read_settings(
        {
            "FIKA_HOST": "::",
            "FIKA_PORT": "0",
            "FIKA_ORIGIN": "https://fika.example.org, https://Other.example.org:8443/",
            "FIKA_DATABASE_URL": "postgresql://fika@db/fika",
            "FIKA_FOLDER": "/var/lib/fika",
            "FIKA_REGISTRATION": "invitation",
            "FIKA_SPACE_BYTES": "1000",
            "FIKA_LOG_LEVEL": "debug",
        }
    )
    assert found.postgres == "postgresql://fika@db/fika"
    assert found.known_as(1) == ("https://fika.example.org:443", "https://other.example.org:8443")
    assert (found.port, found.registration, found.space_bytes, found.log_level) == (0, "invitation", 1000, "debug")


@pytest.mark.parametrize(
    ("database", "file"),
    [("sqlite:fika.db", "fika.db"), ("sqlite:///var/lib/fika.db", "/var/lib/fika.db"), ("sqlite:", "fika.db")],
)
def test_sqlite_is_a_file(database: str, file: str) -> None:
    found = read_settings({"FIKA_DATABASE_URL": database, "FIKA_FOLDER": ""})
    assert found.sqlite == Path(file) or found.sqlite.name == file


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIKA_PORT", "-1"),
        ("FIKA_PORT", "x"),
        ("FIKA_PORT", "1_0"),
        ("FIKA_PORT", "٨"),
        ("FIKA_PORT", "9" * 5000),
        ("FIKA_SPACE_BYTES", "0"),
        ("FIKA_REGISTRATION", "maybe"),
        ("FIKA_ORIGIN", "fika.example.org"),
        ("FIKA_LOG_LEVEL", "loud"),
        ("FIKA_DATABASE_URL", "mysql://x"),
        ("FIKA_UNKNOWN", "1"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


def test_what_is_no_number_is_told_in_the_words_of_the_house() -> None:
    with pytest.raises(BadSetting, match=r"^FIKA_PORT: a whole number in digits$"):
        read_settings({"FIKA_PORT": "abc"})
