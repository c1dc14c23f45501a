-- What providers say and what we concluded from it.
-- listings and sightings take thousands of rows at once and have no foreign keys: each costs 10
-- microseconds a row, more than writing the row (7). put_listings, the only writer, locks the run
-- that the rows name and writes both tables from one set of rows.

CREATE TABLE listings (
    client_id text NOT NULL,
    provider text NOT NULL CHECK (provider ~ '^[a-z][a-z0-9_]{0,62}$'),
    listing_id text NOT NULL CHECK (length(listing_id) BETWEEN 1 AND 500),
    title text NOT NULL,
    url text NOT NULL,
    price_low numeric,
    price_high numeric,
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    seller_name text,
    seller_id text,
    brand text,
    condition text CHECK (condition IN ('new', 'refurbished', 'used', 'parts')),
    category text,
    rating double precision CHECK (rating BETWEEN 0 AND 5),
    review_count integer CHECK (review_count >= 0),
    image_urls text[] NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    first_scan_id uuid NOT NULL,
    last_scan_id uuid NOT NULL,
    PRIMARY KEY (client_id, provider, listing_id),
    -- NaN sorts above infinity in numeric, so the upper bound refuses both
    CONSTRAINT listings_price_is_a_range CHECK (num_nulls(price_low, price_high, currency) IN (0, 3)
        AND price_low >= 0 AND price_low <= price_high AND price_high < 'Infinity'),
    CONSTRAINT listings_seller_id_has_name CHECK (seller_id IS NULL OR seller_name IS NOT NULL)
) WITH (fillfactor = 80);  -- each rescan updates its listings in place

CREATE TABLE sightings (
    client_id text NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    listing_id text NOT NULL,
    price_low numeric,
    price_high numeric,
    currency text,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, scan_id, provider, listing_id)
);

CREATE TABLE listing_images (
    client_id text NOT NULL,
    provider text NOT NULL,
    listing_id text NOT NULL,
    url_sha256 text NOT NULL CHECK (url_sha256 ~ '^[0-9a-f]{64}$'),  -- URLs outgrow index entries
    url text NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    sha256 text,
    outcome text NOT NULL CHECK (outcome IN ('stored', 'skipped', 'failed')),
    reason text CHECK (reason <> ''),
    checked_at timestamptz NOT NULL,
    first_scan_id uuid NOT NULL,
    last_scan_id uuid NOT NULL,
    PRIMARY KEY (client_id, provider, listing_id, url_sha256),
    FOREIGN KEY (client_id, provider, listing_id) REFERENCES listings,
    FOREIGN KEY (client_id, sha256) REFERENCES images,
    FOREIGN KEY (client_id, last_scan_id, provider) REFERENCES runs,
    CONSTRAINT listing_images_stored_has_picture
        CHECK ((outcome = 'stored') = (sha256 IS NOT NULL)),
    CONSTRAINT listing_images_else_has_reason CHECK ((outcome = 'stored') = (reason IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX listing_images_stored ON listing_images (client_id, provider, url_sha256)
    WHERE sha256 IS NOT NULL;

CREATE TABLE scores (
    client_id text NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    listing_id text NOT NULL,
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    calibrated boolean NOT NULL,
    model text NOT NULL,
    config_version integer NOT NULL,
    violation_type text CHECK (violation_type ~ '^[a-z_]{1,63}$'),
    signals jsonb NOT NULL CHECK (jsonb_typeof(signals) = 'array'),
    scored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, scan_id, provider, listing_id),
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs,
    FOREIGN KEY (client_id, provider, listing_id) REFERENCES listings,
    FOREIGN KEY (client_id, config_version) REFERENCES config_versions
);
