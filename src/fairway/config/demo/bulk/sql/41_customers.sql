-- A customer for every company that was accepted as a lead or registered; its number is the company's.
INSERT INTO customers_customer (id, uid, vendor_id, name, sort_name, name_key, domain, domain_key, city, state_code,
  postal_code, country, created_at, version)
SELECT c.n, demo_world.uid(demo_world.epoch(k.at), c.n, 8), {vendor}, c.name || k.form, c.sort_name || lower(k.form),
  c.name_key, c.host, c.host, p.city, p.state_code, '', p.country, demo_world.moment(k.at), 1
 FROM (
  SELECT origin AS n, home AS partner, min(answered) AS at, '' AS form FROM demo_world.life
   WHERE outcome = 'accepted' GROUP BY 1, 2
  UNION ALL
  SELECT company, partner, submitted, ' ' || CASE p.country WHEN 'US' THEN 'LLC' WHEN 'DE' THEN 'AG' WHEN 'GB' THEN 'Ltd'
    ELSE 'SAS' END
   FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner
   WHERE r.state <> 'draft' AND r.rival IS NULL
 ) AS k
 JOIN demo_world.company c ON c.n = k.n JOIN demo_world.partner p ON p.rank = k.partner
 ORDER BY k.at;
