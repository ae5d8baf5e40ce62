INSERT INTO deals_registration (id, uid, vendor_id, partner_id, state, customer_id, customer_name, customer_domain,
  name_key, domain_key, city, postal_code, country, product_line_id, scope, scope_name, amount_minor, currency,
  closes_on, contact_name, note, created_at, created_by_id, submitted_at, due_at, decided_at, decision_reason,
  decision_note, is_automatic, receipt, answered_at, question, answer, version)
SELECT r.m, demo_world.uid(demo_world.epoch(r.created), r.m, 9), {vendor}, p.id, r.state,
  CASE WHEN r.state <> 'draft' THEN r.company END,
  c.name || ' ' || CASE p.country WHEN 'US' THEN 'LLC' WHEN 'DE' THEN 'AG' WHEN 'GB' THEN 'Ltd' ELSE 'SAS' END, c.host,
  CASE WHEN r.state = 'draft' THEN '' ELSE c.name_key END, CASE WHEN r.state = 'draft' THEN '' ELSE c.host END,
  p.city, '', p.country, i.id, CASE WHEN r.is_project THEN 'project' ELSE 'customer' END,
  CASE WHEN r.is_project THEN p.city || ' site' ELSE '' END, r.amount_minor, '{currency}',
  (demo_world.moment(r.created) AT TIME ZONE 'UTC')::date + 20 + demo_world.draw(r.m, 95, 130), '', '',
  demo_world.moment(r.created), p.seller, CASE WHEN r.state <> 'draft' THEN demo_world.moment(r.submitted) END,
  CASE WHEN r.state = 'submitted' THEN demo_world.moment(r.submitted + 2) END,
  CASE WHEN r.state IN ('approved', 'rejected', 'withdrawn') THEN demo_world.moment(r.decided) END,
  CASE WHEN r.state <> 'rejected' THEN '' WHEN r.rival IS NULL THEN 'no_project' ELSE 'not_available' END, '',
  r.state = 'approved' AND r.is_automatic, coalesce(s.receipt, ''),
  CASE WHEN r.state = 'approved' AND r.is_asked THEN demo_world.moment(r.decided - 0.05) END,
  CASE WHEN r.state = 'returned' OR r.state = 'approved' AND r.is_asked THEN ({questions})[1 + demo_world.draw(r.m, 96, 3)]
    ELSE '' END,
  CASE WHEN r.state = 'approved' AND r.is_asked THEN 'Only the main building, no tender.' ELSE '' END,
  CASE r.state WHEN 'draft' THEN 1 WHEN 'submitted' THEN 2 ELSE 3 END
 FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner
 JOIN demo_world.company c ON c.n = r.company JOIN demo_world.line i ON i.line = r.line
 LEFT JOIN demo_world.receipt s ON s.m = r.m
 ORDER BY r.m;
INSERT INTO deals_protection (id, uid, vendor_id, partner_id, customer_id, product_line_id, scope_key, scope_name,
  customer_name, state, registration_id, lead_id, starts_at, protected_until, ended_at, end_reason, version)
SELECT t.id, demo_world.uid(demo_world.epoch(t.starts), t.id, 10), {vendor}, p.id, t.company, i.id,
  coalesce(lower(regexp_replace(nullif(r.scope_name, ''), '\W+', ' ', 'g')), ''), coalesce(r.scope_name, ''),
  coalesce(r.customer_name, c.name), t.state, t.m, t.n, demo_world.moment(t.starts), t.due,
  CASE WHEN t.state <> 'live' THEN t.until END,
  CASE WHEN t.state <> 'released' THEN '' WHEN t.deal IS NULL THEN 'The lead was taken back or closed.'
    ELSE 'The deal was lost.' END,
  CASE WHEN t.state = 'live' THEN 1 ELSE 2 END
 FROM demo_world.protection t JOIN demo_world.partner p ON p.rank = t.partner
 JOIN demo_world.line i ON i.line = t.line JOIN demo_world.company c ON c.n = t.company
 LEFT JOIN deals_registration r ON r.vendor_id = {vendor} AND r.id = t.m
 WHERE t.is_granted ORDER BY t.id;
INSERT INTO deals_conflict (uid, vendor_id, registration_id, kind, other_id, other_uid, other_partner_id, text, why,
  similarity, blocking, found_at)
SELECT demo_world.uid(demo_world.epoch(r.submitted), r.m, 11), {vendor}, r.m, 'protection', t.id, t.uid, t.partner_id,
  left('Protection of ' || p.name || ' until ' || to_char(t.protected_until, 'FMDD Mon') || ': ' || i.name, 300),
  'the same website, ' || c.host, 1, true, demo_world.moment(r.submitted)
 FROM demo_world.registration r
 JOIN deals_protection t ON t.vendor_id = {vendor} AND t.registration_id = r.rival
 JOIN demo_world.company c ON c.n = r.company JOIN demo_world.line i ON i.line = r.line
 JOIN core_partner p ON p.id = t.partner_id
 ORDER BY r.m;
