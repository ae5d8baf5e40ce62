-- One decision an offer, and one more where the rules found nobody or gave up and asked a person.
INSERT INTO leads_routingdecision (id, uid, vendor_id, lead_id, policy_id, rule_number, rule_name, outcome, partner_id,
  considered, candidates, excluded, reasons, note, decided_by_id, decided_at)
SELECT o.id, demo_world.uid(demo_world.epoch(o.at), o.id, 4), {vendor}, o.n,
  CASE WHEN o.attempt < 4 THEN {policy} END,
  CASE WHEN o.attempt < 4 THEN CASE WHEN f.is_known THEN 1 ELSE 3 END END,
  CASE WHEN o.attempt = 4 THEN '' WHEN f.is_known THEN 'Customers who have a partner' ELSE 'Leads on the map' END,
  'offered', p.id, CASE WHEN o.attempt < 4 THEN {active} ELSE 0 END,
  CASE WHEN o.attempt < 4 THEN c.candidates ELSE '[]' END, CASE WHEN o.attempt < 4 THEN c.excluded ELSE '{{}}' END,
  CASE WHEN o.attempt = 4 THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object('is', 'found',
    'of', CASE WHEN f.is_known THEN 'lead.has_partner' ELSE 'lead.located' END, 'op', 'is', 'wanted', true,
    'found', true)) END,
  CASE WHEN o.attempt < 4 THEN ''
    ELSE (ARRAY['Knows the customer', 'Asked for more leads', 'Nearest with the know-how'])
      [1 + demo_world.draw(o.n, 70, 3)] END,
  CASE WHEN o.attempt = 4 THEN p.cam_id END, demo_world.moment(o.at)
 FROM demo_world.offer o JOIN demo_world.life f USING (n) JOIN demo_world.partner p ON p.rank = o.partner
 LEFT JOIN demo_world.candidates c ON c.rank = f.home AND c.tried = o.attempt - 1
 ORDER BY o.id;
INSERT INTO leads_routingdecision (id, uid, vendor_id, lead_id, policy_id, rule_number, rule_name, outcome, partner_id,
  considered, candidates, excluded, reasons, note, decided_by_id, decided_at)
SELECT {offers} + row_number() OVER (ORDER BY f.n), demo_world.uid(demo_world.epoch(d.at), f.n, 5), {vendor}, f.n,
  {policy}, 3, 'Leads on the map', CASE WHEN f.is_remote THEN 'waiting' ELSE 'person' END, NULL, {active}, '[]',
  jsonb_build_object('other_country', {active} - h.places, 'too_far', h.places - least(f.offers, 3)),
  jsonb_build_array(jsonb_build_object('is', 'found', 'of', 'lead.located', 'op', 'is', 'wanted', true, 'found', true)),
  CASE WHEN f.is_remote THEN 'No partner is eligible by rule 3: none is near.'
    ELSE 'Offers made: 3. Now the account manager decides.' END,
  NULL, demo_world.moment(d.at)
 FROM demo_world.life f JOIN demo_world.partner h ON h.rank = f.home
 LEFT JOIN demo_world.offer third ON third.n = f.n AND third.attempt = 3 AND third.outcome IN ('declined', 'lapsed')
 CROSS JOIN LATERAL (SELECT coalesce(third.ended, f.captured + 0.01) AS at) AS d
 WHERE f.state <> 'captured' AND (f.is_remote OR third.n IS NOT NULL);

INSERT INTO leads_offer (id, uid, vendor_id, partner_id, lead_id, decision_id, state, title, brief, place, product_line_id,
  amount_minor, currency, offered_at, lapses_at, limit_minutes, opened_at, reminded_at, answered_at, answered_by_id, quality,
  answer_note, recall_reason, version)
SELECT o.id, demo_world.uid(demo_world.epoch(o.at), o.id, 6), {vendor}, p.id, l.id, o.id, o.outcome, l.title,
  jsonb_strip_nulls(jsonb_build_object('need', l.title, 'industry', l.industry, 'employees', l.employees,
    'city', l.city, 'state_code', nullif(l.state_code, ''), 'country', l.country, 'product_line', i.name,
    'timeframe_days', l.timeframe_days)),
  concat_ws(', ', l.city, nullif(l.state_code, ''), l.country), l.product_line_id, l.amount_minor, l.currency,
  demo_world.moment(o.at), demo_world.moment(o.at + 1), 480,
  CASE WHEN o.outcome IN ('accepted', 'declined') THEN demo_world.moment(o.ended) - interval '3 minutes' END,
  CASE WHEN o.at + 0.667 <= least(o.ended, {until}) THEN demo_world.moment(o.at + 0.667) END,
  CASE WHEN o.outcome <> 'open' THEN demo_world.moment(o.ended) END,
  CASE WHEN o.outcome IN ('accepted', 'declined') THEN p.seller END,
  CASE WHEN o.outcome = 'declined' THEN ARRAY[(ARRAY['no_capacity', 'not_our_field', 'no_budget', 'bad_contact_data',
    'too_small', 'existing_customer'])[1 + demo_world.draw(o.id, 71, 6)]] ELSE '{{}}' END,
  '', '', CASE WHEN o.outcome = 'open' THEN 1 ELSE 2 END
 FROM demo_world.offer o JOIN leads_lead l ON l.vendor_id = {vendor} AND l.id = o.n
 JOIN demo_world.partner p ON p.rank = o.partner JOIN demo_world.life f USING (n)
 JOIN demo_world.line i ON i.line = f.line
 ORDER BY o.id;
