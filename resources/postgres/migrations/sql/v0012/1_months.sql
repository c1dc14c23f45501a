-- Tables that grow without bound are cut by month (UTC), so that what is expired goes with its file.
-- Only the owner may make and drop tables, so housekeeping asks these functions to.

-- A partition has no grants: only the policies of its parent decide who sees its rows.
CREATE FUNCTION close_partition(partition_name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition_name);
    EXECUTE format('CREATE POLICY moved_by_owner ON %I TO CURRENT_USER USING (true) '
        'WITH CHECK (true)', partition_name);
END $$;

-- True when the month had no partition yet. Rows that came while it was missing move into it.
CREATE FUNCTION make_month(parent text, first_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month_name text := parent || to_char(first_day, '_YYYY_MM');
    from_time timestamptz := first_day::timestamp AT TIME ZONE 'UTC';
    to_time timestamptz := (first_day + interval '1 month') AT TIME ZONE 'UTC';
    key_column text;
    strays text;
BEGIN
    SELECT attname INTO STRICT key_column FROM pg_partitioned_table
        JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
        WHERE partrelid = to_regclass(quote_ident(parent));
    IF to_regclass(quote_ident(month_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Attached while empty: a table with rows has its foreign keys checked through the policies of
    -- the tables they refer to, which show the owner nothing.
    strays := format('%I WHERE %I >= %L AND %I < %L',
        parent || '_default', key_column, from_time, key_column, to_time);
    EXECUTE 'CREATE TEMP TABLE moving AS SELECT * FROM ' || strays;
    EXECUTE 'DELETE FROM ' || strays;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', month_name, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, month_name, from_time, to_time);
    PERFORM close_partition(month_name);
    EXECUTE format('INSERT INTO %I SELECT * FROM moving', month_name);
    DROP TABLE moving;
    RETURN true;
END $$;

-- The partitions that were made: this month's and those of `ahead` more, of every such table.
CREATE FUNCTION make_months(ahead integer) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT relname || to_char(first_day, '_YYYY_MM')
    FROM pg_partitioned_table JOIN pg_class ON pg_class.oid = partrelid,
        generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
            now() AT TIME ZONE 'UTC' + ahead * interval '1 month', interval '1 month') first_day
    WHERE relnamespace = 'public'::regnamespace AND make_month(relname, first_day::date)
$$;

-- The partitions that were dropped: those wholly before the time, only the empty ones if so told.
CREATE FUNCTION drop_months(parent text, before_time timestamptz, only_empty boolean)
RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month_name text;
    has_rows boolean := false;
BEGIN
    FOR month_name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = to_regclass(quote_ident(parent)) AND relname ~ '_\d{4}_\d{2}$'
            AND (to_date(right(relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'UTC'
                <= before_time
        ORDER BY relname
    LOOP
        IF only_empty THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', month_name) INTO has_rows;
        END IF;
        IF NOT has_rows THEN
            EXECUTE format('DROP TABLE %I', month_name);
            RETURN NEXT month_name;
        END IF;
    END LOOP;
END $$;
