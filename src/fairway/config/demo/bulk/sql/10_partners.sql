-- The partners that work: their place among those near them, their people, and their share of what happens.
CREATE UNLOGGED TABLE demo_world.partner AS
SELECT row_number() OVER (ORDER BY p.external_id)::int AS rank, p.id, p.uid, p.name, p.external_id, p.country, p.cam_id,
  f.city, f.state_code, f.latitude, f.longitude, f.lead_capacity,
  LEAST(0.95, GREATEST(0.02, (f.lead_capacity - 3) / 12.0))::float8 AS skill, s.seller, s.executive,
  (row_number() OVER (PARTITION BY p.country ORDER BY f.state_code, f.city, p.id) - 1)::int AS place,
  count(*) OVER (PARTITION BY p.country)::int AS places
 FROM core_partner p
 JOIN partners_profile f ON f.vendor_id = p.vendor_id AND f.partner_id = p.id
 JOIN (SELECT partner_id, min(id) FILTER (WHERE role = 'seller') AS seller,
         min(id) FILTER (WHERE role = 'executive') AS executive
        FROM core_seat WHERE vendor_id = {vendor} AND partner_id IS NOT NULL GROUP BY 1) s ON s.partner_id = p.id
 WHERE p.vendor_id = {vendor} AND p.state = 'active';
ALTER TABLE demo_world.partner ADD PRIMARY KEY (rank);

-- Whom the rules try one after the other for a lead in the city of a partner: itself, then its neighbours.
CREATE UNLOGGED TABLE demo_world.near AS
SELECT p.rank, step, o.rank AS other,
  round((6371 * 2 * asin(LEAST(1, sqrt(
    power(sin(radians(o.latitude - p.latitude) / 2), 2)
    + cos(radians(p.latitude)) * cos(radians(o.latitude)) * power(sin(radians(o.longitude - p.longitude) / 2), 2)
  ))))::numeric, 1) AS km
 FROM demo_world.partner p, generate_series(0, 5) AS step
 JOIN demo_world.partner o ON true
 WHERE o.country = p.country AND o.place = (p.place + step) % p.places AND step < p.places;
ALTER TABLE demo_world.near ADD PRIMARY KEY (rank, step);

-- 65,536 tickets, dealt by skill; the first partner, whose people get log-ins, has nine times its share.
CREATE UNLOGGED TABLE demo_world.ticket AS
WITH shares AS (SELECT rank, skill * skill * CASE WHEN rank = 1 THEN 9 ELSE 1 END AS share FROM demo_world.partner),
 summed AS (SELECT rank, share, sum(share) OVER (ORDER BY rank) AS upto, sum(share) OVER () AS total FROM shares)
SELECT generate_series(ceil(65536 * (upto - share) / total)::int, ceil(65536 * upto / total)::int - 1) AS ticket, rank
 FROM summed;
ALTER TABLE demo_world.ticket ADD PRIMARY KEY (ticket);

CREATE UNLOGGED TABLE demo_world.line AS
SELECT row_number() OVER (ORDER BY id)::int - 1 AS line, id, code, name, 0 AS low, 0 AS high, ARRAY[]::text[] AS needs
 FROM catalog_productline WHERE vendor_id = {vendor};

-- What a routing decision keeps of its candidates depends on whose city the lead is in and how many had it before.
CREATE UNLOGGED TABLE demo_world.candidates AS
SELECT n.rank, tried,
  jsonb_agg(jsonb_build_object(
    'km', n.km, 'fit', round(100 - least(60, n.km::numeric / 4), 1), 'city', o.city, 'name', o.name, 'open', 0,
    'parts', jsonb_build_object('room', 100, 'turn', 100, 'record', round(100 * o.skill),
      'distance', greatest(0, round(100 - n.km / 2.5))),
    'record', round(100 * o.skill), 'decided', CASE WHEN n.step = tried THEN 'offered' ELSE 'less_distance' END,
    'partner', o.uid, 'capacity', o.lead_capacity, 'last_offered', NULL) ORDER BY n.step) AS candidates,
  jsonb_build_object('had_before', tried, 'other_country', {active} - max(p.places),
    'too_far', greatest(0, max(p.places) - tried - count(*))) AS excluded
 FROM generate_series(0, 2) AS tried, demo_world.near n
 JOIN demo_world.partner o ON o.rank = n.other JOIN demo_world.partner p ON p.rank = n.rank
 WHERE n.step BETWEEN tried AND tried + 2
 GROUP BY n.rank, tried;
ALTER TABLE demo_world.candidates ADD PRIMARY KEY (rank, tried);
ANALYZE demo_world.partner, demo_world.near, demo_world.ticket, demo_world.candidates;
