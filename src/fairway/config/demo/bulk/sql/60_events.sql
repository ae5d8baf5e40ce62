-- The log, in the order in which things happen to each row. Names of people stay out of it.
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT demo_world.moment(w), demo_world.uid(demo_world.epoch(w), subject_id, salt), {vendor}, partner_id, subject_type,
  subject_id, verb, seat, name, audience, data, ''
 FROM (
  SELECT l.id AS subject_id, 'lead' AS subject_type, e.verb, e.w, e.salt, e.partner_id, e.seat, e.name, e.audience, e.data
   FROM leads_lead l JOIN demo_world.life f ON f.n = l.id
   LEFT JOIN leads_leadscore s ON s.vendor_id = {vendor} AND s.lead_id = l.id
   LEFT JOIN demo_world.protection t ON t.n = f.n
   LEFT JOIN demo_world.partner other ON other.rank = t.stood_partner
   LEFT JOIN demo_world.deal d ON d.n = f.n
   LEFT JOIN demo_world.partner p ON p.rank = f.partner
   CROSS JOIN LATERAL (VALUES
    ('captured', f.captured, 30, NULL::bigint, {marketer}::bigint, '', 'internal', jsonb_build_object('source', l.source)),
    ('scored', CASE WHEN s.points IS NOT NULL THEN f.captured + 0.005 END, 31, NULL, NULL, 'Routing', 'internal',
      jsonb_build_object('points', s.points, 'band', s.band)),
    ('accepted', CASE WHEN f.outcome = 'accepted' THEN f.answered END, 32, l.partner_id, l.seller_id, '', 'partner',
      '{{}}'::jsonb),
    ('left_unprotected', CASE WHEN NOT t.is_granted AND t.stood_partner <> t.partner THEN f.answered END, 33, NULL,
      l.seller_id, '', 'internal', jsonb_build_object('other_partner', other.id)),
    ('touched', CASE WHEN f.touches >= 1 THEN f.t1 END, 34, l.partner_id, l.seller_id, '', 'partner',
      jsonb_build_object('kind', (ARRAY['call', 'call', 'email', 'meeting'])[1 + demo_world.draw(f.n * 4 + 1, 53, 4)],
       'outcome', (ARRAY['reached', 'not_reached'])[1 + (demo_world.chance(f.n * 4 + 1, 51) >= 0.5)::int])),
    ('touched', CASE WHEN f.touches >= 2 THEN f.t2 END, 35, l.partner_id, l.seller_id, '', 'partner',
      jsonb_build_object('kind', (ARRAY['call', 'call', 'email', 'meeting'])[1 + demo_world.draw(f.n * 4 + 2, 53, 4)],
       'outcome', (ARRAY['reached', 'interested'])[1 + (demo_world.chance(f.n * 4 + 2, 51) >= 0.5)::int])),
    ('touched', CASE WHEN f.touches >= 3 THEN f.t3 END, 36, l.partner_id, l.seller_id, '', 'partner',
      jsonb_build_object('kind', (ARRAY['call', 'call', 'email', 'meeting'])[1 + demo_world.draw(f.n * 4 + 3, 53, 4)],
       'outcome', (ARRAY['reached', 'interested'])[1 + (demo_world.chance(f.n * 4 + 3, 51) >= 0.5)::int])),
    ('closed', CASE WHEN l.state = 'closed' THEN f.finished END, 37, l.partner_id,
      coalesce(l.seller_id, {cam}::bigint), '', CASE WHEN l.partner_id IS NULL THEN 'internal' ELSE 'partner' END,
      jsonb_build_object('reason', l.close_reason)),
    ('converted', CASE WHEN l.state = 'converted' THEN f.finished END, 38, l.partner_id, l.seller_id, '', 'partner',
      jsonb_build_object('deal', demo_world.uid(demo_world.epoch(d.opened), d.id, 12)))
   ) AS e (verb, w, salt, partner_id, seat, name, audience, data)
   WHERE l.vendor_id = {vendor} AND e.w IS NOT NULL
 ) AS happened;
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT demo_world.moment(e.w), demo_world.uid(demo_world.epoch(e.w), o.id, salt), {vendor}, e.partner_id,
  e.subject_type, e.subject_id, e.verb, e.seat, e.name, e.audience, e.data, ''
 FROM demo_world.offer o JOIN demo_world.partner p ON p.rank = o.partner JOIN demo_world.life f USING (n)
 CROSS JOIN LATERAL (VALUES
  ('lead', o.n, 'routed', CASE WHEN o.attempt < 4 THEN o.at END, 40, NULL::bigint, NULL::bigint, 'Routing', 'internal',
    jsonb_build_object('rule', CASE WHEN f.is_known THEN 1 ELSE 3 END, 'outcome', 'offered', 'considered', {active})),
  ('offer', o.id, 'offered', o.at, 41, p.id, CASE WHEN o.attempt = 4 THEN p.cam_id END,
    CASE WHEN o.attempt = 4 AND p.cam_id IS NOT NULL THEN '' ELSE 'Routing' END, 'partner',
    jsonb_build_object('lead', o.n, 'limit_minutes', 480)),
  ('offer', o.id, 'reminded', CASE WHEN o.at + 0.667 <= least(o.ended, {until}) THEN o.at + 0.667 END, 42, p.id, NULL,
    'Time limits', 'partner', jsonb_build_object('lead', o.n)),
  ('offer', o.id, 'opened', CASE WHEN o.outcome IN ('accepted', 'declined') THEN o.ended - 0.006 END, 43, p.id, p.seller,
    '', 'partner', '{{}}'::jsonb),
  ('offer', o.id, o.outcome, CASE WHEN o.outcome <> 'open' THEN o.ended END, 44, p.id,
    CASE WHEN o.outcome <> 'lapsed' THEN p.seller END, CASE WHEN o.outcome = 'lapsed' THEN 'Time limits' ELSE '' END,
    'partner', CASE WHEN o.outcome = 'accepted'
      THEN jsonb_build_object('lead', o.n, 'minutes', round((o.ended - o.at) * 480))
      WHEN o.outcome = 'declined' THEN jsonb_build_object('lead', o.n, 'quality', ARRAY[(ARRAY['no_capacity',
        'not_our_field', 'no_budget', 'bad_contact_data', 'too_small', 'existing_customer'])
        [1 + demo_world.draw(o.id, 71, 6)]])
      ELSE jsonb_build_object('lead', o.n) END)
 ) AS e (subject_type, subject_id, verb, w, salt, partner_id, seat, name, audience, data)
 WHERE e.w IS NOT NULL;
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT e.at, demo_world.uid(extract(epoch FROM e.at)::float8, t.id, salt), {vendor}, e.partner_id, e.subject_type,
  e.subject_id, e.verb, e.seat, e.name, e.audience, e.data, ''
 FROM demo_world.protection t JOIN demo_world.partner p ON p.rank = t.partner
 CROSS JOIN LATERAL (VALUES
  ('protection', t.id, 'granted', demo_world.moment(t.starts), 50, p.id, p.seller, '', 'partner',
    jsonb_build_object('until', t.due)),
  ('protection', t.id, t.state, CASE WHEN t.state <> 'live' THEN t.until END, 51, p.id,
    CASE WHEN t.state = 'released' THEN p.seller END, CASE WHEN t.state = 'released' THEN '' ELSE 'expiry' END,
    'partner', jsonb_build_object('note', CASE WHEN t.state = 'expired' THEN '' WHEN t.deal IS NULL
      THEN 'The lead was taken back or closed.' ELSE 'The deal was lost.' END))
 ) AS e (subject_type, subject_id, verb, at, salt, partner_id, seat, name, audience, data)
 WHERE t.is_granted AND e.at IS NOT NULL;
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT created_at, demo_world.uid(extract(epoch FROM created_at)::float8, id, 52), {vendor}, NULL, 'customer', id,
  'created', NULL, 'Routing', 'internal', '{{}}', '' FROM customers_customer WHERE vendor_id = {vendor};
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT decided_at, demo_world.uid(extract(epoch FROM decided_at)::float8, id, 53), {vendor}, NULL, 'lead', lead_id,
  'routed', NULL, 'Routing', 'internal',
  jsonb_build_object('rule', rule_number, 'outcome', outcome, 'considered', considered), ''
 FROM leads_routingdecision WHERE vendor_id = {vendor} AND outcome <> 'offered';
