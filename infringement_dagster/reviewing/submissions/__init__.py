"""Notices that go out by a channel's API: asked for by people, carried out by a task."""
