"""The file of listings that the demo imports: offers of a marketplace that no provider reads.

The marketplace is made up, and so are its sellers.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from infringement_dagster.collecting.import_listings import GivenFile, ListingImport
from resources.objects.store import ObjectStore
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.database import Database
from resources.postgres.listings.import_store import ImportRow
from resources.providers.files.provider import DESCRIPTION

FILE_NAME: Final = "kelmarkt.csv"
SEARCH: Final = {DESCRIPTION.name: {"queries": ["kelmarkt"]}}
COPIES: Final = frozenset(
    f"kelmarkt.example:{number}" for number in (4100001, 4100002, 4100003)
)  # by their words and prices alone: the file names no photos
_ROWS: Final = """\
listing_id;title;url;price;currency;seller_name;brand;condition;description
4100001;Kelvarra Summit 750 replica AAA quality insulated bottle;https://www.kelmarkt.example/offers/4100001;8,90;EUR;mugs4u;;New;Same factory, no box.
4100002;Kelvaara Glacier Travel Tumbler 30 oz dupe;https://www.kelmarkt.example/offers/4100002;7,50;EUR;mugs4u;Kelvaara;New;
4100003;Kelvarra Trailflask 1 litre replica, all colours;https://www.kelmarkt.example/offers/4100003;11,00;EUR;Haus und Hof;;New;Replica of the original flask.
4100004;Kelvarra Summit 750 Insulated Stainless Steel Water Bottle 25 oz;https://www.kelmarkt.example/offers/4100004;44,00;EUR;Alpine & Oak Outfitters;Kelvarra;New;
4100005;Kelvarra Basecamp Camping Mug 12 oz;https://www.kelmarkt.example/offers/4100005;34,00;EUR;Trailhead Supply House;Kelvarra;New;
4100006;Replacement straw lid compatible with Kelvarra Glacier;https://www.kelmarkt.example/offers/4100006;9,00;EUR;Deckel & Co;;New;
4100007;Cleaning brush set for bottles;https://www.kelmarkt.example/offers/4100007;6,50;EUR;Deckel & Co;;New;
4100008;Garden hose 25 m with brass nozzle;https://www.kelmarkt.example/offers/4100008;call us;EUR;Haus und Hof;;New;
4100009;Garden hose 50 m with brass nozzle;https://www.kelmarkt.example/offers/4100009;39,90;EUR;Haus und Hof;;New;
4100010;Camping chair, foldable;https://www.kelmarkt.example/offers/4100010;25,00;EUR;Haus und Hof;;Used;
"""  # noqa: E501 - rows of a file


def import_demo_file(database: Database, objects: ObjectStore, client_id: str) -> ImportRow:
    """The client's import of the file, whose search its config must have; the same each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_text(_ROWS, encoding="utf-8")
        given = GivenFile.named(path, FILE_NAME, None)
        return ListingImport(database, objects, client_id, given, COMMAND_LINE).run()
