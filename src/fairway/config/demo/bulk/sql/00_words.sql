-- What every later step uses: chance that is the same at every run, and working time as a number.
--
-- A world's time is a float of working days since the Monday it begins with: 7.5 is the middle of the third day of the
-- second week. Days last from 13:00 to 21:00 UTC, as in the small world; so whatever is added falls into a working day.
CREATE FUNCTION demo_world.chance(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt) & 4294967295)::float8 / 4294967296;

CREATE FUNCTION demo_world.draw(n bigint, salt bigint, count bigint) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, salt) & 1073741823)::int % count::int;

CREATE FUNCTION demo_world.epoch(w float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN {base_epoch} + 86400 * (7 * floor(w / 5) + (floor(w)::int % 5)) + 28800 * (w - floor(w));

CREATE FUNCTION demo_world.moment(w float8) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_timestamp({base_epoch} + 86400 * (7 * floor(w / 5) + (floor(w)::int % 5)) + 28800 * (w - floor(w)));

-- UUIDv7 of that time; the random bits are those of n and salt.
CREATE FUNCTION demo_world.uid(epoch float8, n bigint, salt bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(floor(1000 * epoch)::bigint), 12, '0')
  || '7' || lpad(to_hex(hashint8extended(n, salt) & 4095), 3, '0')
  || 'a' || lpad(to_hex(hashint8extended(n, salt + 1000) & 1152921504606846975), 15, '0'))::uuid;
