INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT at, demo_world.uid(extract(epoch FROM at)::float8, c.partner_id, 80), {vendor}, c.partner_id, 'partner',
  c.partner_id, 'sales_reported', NULL, 'ERP feed', 'internal',
  jsonb_build_object('lines', s.lines, 'amount', s.amount::text, 'currency', '{currency}'), ''
 FROM demo_world.cell c
 JOIN (SELECT partner_id, date_trunc('month', ordered_on)::date AS month, count(*) AS lines, sum(amount) AS amount
   FROM sales_salesline WHERE vendor_id = {vendor} GROUP BY 1, 2) s
  ON s.partner_id = c.partner_id AND s.month = c.month
 CROSS JOIN LATERAL (SELECT least({ends}, (c.month + interval '1 month') AT TIME ZONE 'UTC') AS at) AS x;
