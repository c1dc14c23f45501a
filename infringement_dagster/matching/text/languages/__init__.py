"""The phrases of each marketplace language, one small table each."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.arabic import ARABIC
from infringement_dagster.matching.text.languages.chinese import CHINESE
from infringement_dagster.matching.text.languages.dutch import DUTCH
from infringement_dagster.matching.text.languages.english import ENGLISH
from infringement_dagster.matching.text.languages.french import FRENCH
from infringement_dagster.matching.text.languages.german import GERMAN
from infringement_dagster.matching.text.languages.italian import ITALIAN
from infringement_dagster.matching.text.languages.japanese import JAPANESE
from infringement_dagster.matching.text.languages.korean import KOREAN
from infringement_dagster.matching.text.languages.polish import POLISH
from infringement_dagster.matching.text.languages.portuguese import PORTUGUESE
from infringement_dagster.matching.text.languages.russian import RUSSIAN
from infringement_dagster.matching.text.languages.spanish import SPANISH
from infringement_dagster.matching.text.languages.swedish import SWEDISH
from infringement_dagster.matching.text.languages.turkish import TURKISH

TABLES = (
    ENGLISH,
    GERMAN,
    FRENCH,
    SPANISH,
    ITALIAN,
    DUTCH,
    POLISH,
    SWEDISH,
    TURKISH,
    PORTUGUESE,
    JAPANESE,
    CHINESE,
    KOREAN,
    ARABIC,
    RUSSIAN,
)
