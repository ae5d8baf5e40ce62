INSERT INTO deals_deal (id, uid, vendor_id, partner_id, customer_id, customer_name, city, title, origin, lead_id,
  registration_id, protection_id, product_line_id, state, amount_minor, currency, closes_on, next_step, next_step_on,
  seller_id, created_at, stage_since, closed_at, close_reason, close_note, version)
SELECT d.id, demo_world.uid(demo_world.epoch(d.opened), d.id, 12), {vendor}, p.id,
  CASE WHEN t.is_granted THEN t.company END, coalesce(r.customer_name, l.company), coalesce(r.city, l.city),
  coalesce(l.title, nullif(r.scope_name, ''), i.name), CASE WHEN d.n IS NULL THEN 'partner' ELSE 'vendor' END, d.n, d.m,
  CASE WHEN t.is_granted THEN t.id END, i.id, d.state,
  CASE WHEN d.state = 'won' THEN greatest(10000, round(coalesce(r.amount_minor, l.amount_minor, 2000000)
      * (0.75 + 0.35 * demo_world.chance(d.id, 97)))::bigint)
    ELSE coalesce(r.amount_minor, l.amount_minor) END,
  '{currency}', r.closes_on,
  CASE WHEN moved.at IS NULL THEN coalesce(l.next_step, '') ELSE ({steps})[1 + demo_world.draw(d.id, 98, 6)] END,
  CASE WHEN moved.at IS NULL THEN l.next_step_on
    ELSE (demo_world.moment(moved.at) AT TIME ZONE 'UTC')::date + 2 + demo_world.draw(d.id, 99, 13) END,
  p.seller, demo_world.moment(d.opened), demo_world.moment(stage.at),
  CASE WHEN d.state IN ('won', 'lost') THEN demo_world.moment(d.ended) END,
  CASE WHEN d.state = 'lost' THEN (ARRAY['price', 'price', 'price', 'price', 'competitor', 'competitor', 'competitor',
    'no_decision', 'no_decision', 'no_decision'])[1 + demo_world.draw(d.id, 94, 10)] ELSE '' END,
  '', 1 + (d.moved_1 <= {until})::int * 2 + (d.moved_2 <= {until})::int * 2 + (d.ended <= {until})::int
 FROM demo_world.deal d JOIN demo_world.partner p ON p.rank = d.partner JOIN demo_world.line i ON i.line = d.line
 LEFT JOIN leads_lead l ON l.vendor_id = {vendor} AND l.id = d.n
 LEFT JOIN deals_registration r ON r.vendor_id = {vendor} AND r.id = d.m
 LEFT JOIN demo_world.protection t ON t.deal = d.id
 CROSS JOIN LATERAL (SELECT CASE WHEN d.moved_2 <= {until} THEN d.moved_2
   WHEN d.moved_1 <= {until} THEN d.moved_1 END AS at) AS moved
 CROSS JOIN LATERAL (SELECT CASE WHEN d.ended <= {until} THEN d.ended ELSE coalesce(moved.at, d.opened) END AS at)
  AS stage
 ORDER BY d.id;
