"""Things done about cases beyond deciding: reports that go out by API, work shared in a team."""
