-- Approvals of all registrations; deadlines that are open, and those of the last ninety days; bells of two weeks.
INSERT INTO workflow_approval (id, uid, vendor_id, subject_type, subject_id, title, path, partner_id, state,
  approver_role, requested_by_id, requested_at, due_at, escalated_to, decided_by_id, decided_at, automatic, note,
  reasons)
SELECT r.m, demo_world.uid(demo_world.epoch(r.submitted), r.m, 13), {vendor}, 'registration', r.m,
  CASE WHEN is_rule THEN '' ELSE left(p.name || ' registers ' || g.customer_name, 200) END,
  CASE WHEN is_rule THEN '' ELSE 'console/registrations/' || g.uid || '/' END, p.id,
  CASE r.state WHEN 'submitted' THEN 'waiting' ELSE r.state END, 'deal_desk',
  CASE WHEN NOT is_rule THEN p.seller END, demo_world.moment(r.submitted),
  demo_world.moment(r.submitted + CASE WHEN is_rule THEN 0 ELSE 2 END), '',
  CASE WHEN r.state = 'withdrawn' THEN p.seller WHEN r.state <> 'submitted' AND NOT is_rule
    THEN ({desk})[1 + demo_world.draw(r.m, 100, {desk_count})] END,
  CASE WHEN r.state <> 'submitted' THEN demo_world.moment(r.decided) END, is_rule, '',
  jsonb_build_array(
    jsonb_build_object('holds', true, 'text', 'It is clear which customer this is.'),
    CASE WHEN r.rival IS NULL
      THEN '{{"holds": true, "text": "No other partner has a protection, registration or deal there."}}'::jsonb
      ELSE '{{"holds": false, "text": "Other claims to this customer were found: 1."}}' END,
    jsonb_build_object('holds', r.amount_minor < 5000000, 'text', 'The amount is '
      || CASE WHEN r.amount_minor < 5000000 THEN '' ELSE 'not ' END || 'below 50,000 {currency}.'),
    jsonb_build_object('holds', true, 'text', 'The partner is active.'))
 FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner
 JOIN deals_registration g ON g.vendor_id = {vendor} AND g.id = r.m
 CROSS JOIN LATERAL (SELECT r.state = 'approved' AND r.is_automatic AS is_rule) AS x
 WHERE r.state <> 'draft' ORDER BY r.m;

INSERT INTO workflow_deadline (uid, vendor_id, subject_type, subject_id, kind, due_at, wake_at, settled_at, outcome,
  attempts, error)
SELECT demo_world.uid(extract(epoch FROM begun)::float8, subject_id, salt), {vendor}, subject_type, subject_id, kind,
  due_at, due_at, settled_at, outcome, 0, ''
 FROM (
  SELECT 'offer' AS subject_type, id AS subject_id, 'remind' AS kind, demo_world.moment(at + 0.667) AS due_at, 14 AS salt,
    demo_world.moment(at) AS begun,
    CASE WHEN at + 0.667 <= least(ended, {until}) THEN demo_world.moment(at + 0.667)
      WHEN outcome <> 'open' THEN demo_world.moment(ended) END AS settled_at,
    CASE WHEN at + 0.667 <= least(ended, {until}) THEN 'fired' WHEN outcome <> 'open' THEN 'cancelled' ELSE '' END
      AS outcome
   FROM demo_world.offer
  UNION ALL
  SELECT 'offer', id, 'lapse', demo_world.moment(at + 1), 15, demo_world.moment(at),
    CASE WHEN outcome <> 'open' THEN demo_world.moment(ended) END,
    CASE outcome WHEN 'open' THEN '' WHEN 'lapsed' THEN 'fired' ELSE 'cancelled' END
   FROM demo_world.offer
  UNION ALL
  SELECT 'protection', id, 'expire', due, 16, demo_world.moment(starts),
    CASE WHEN state <> 'live' THEN until END,
    CASE state WHEN 'live' THEN '' WHEN 'expired' THEN 'fired' ELSE 'cancelled' END
   FROM demo_world.protection WHERE is_granted
  UNION ALL
  SELECT 'approval', m, 'escalate', demo_world.moment(submitted + 2), 17, demo_world.moment(submitted),
    CASE WHEN state <> 'submitted' THEN demo_world.moment(decided) END,
    CASE WHEN state <> 'submitted' THEN 'cancelled' ELSE '' END
   FROM demo_world.registration WHERE state <> 'draft' AND NOT (state = 'approved' AND is_automatic)
 ) AS all_of_them
 WHERE settled_at IS NULL OR settled_at > {ends} - interval '90 days';

INSERT INTO workflow_notification (uid, vendor_id, partner_id, seat_id, kind, title, body, path, created_at, read_at)
SELECT demo_world.uid(extract(epoch FROM at)::float8, id * 8 + who, 18), {vendor}, partner_id, seat, kind,
  left(title, 200), body, path, at,
  CASE WHEN demo_world.chance(id * 8 + who, 101) < 0.7 AND at < {ends} - interval '1 day' THEN at + interval '2 hours' END
 FROM (
  SELECT o.id, s.who, s.partner_id, s.seat, demo_world.moment(o.at) AS at, 'offer.offered' AS kind,
    'New lead offered: ' || f.title AS title, f.place || '. Please answer by '
      || to_char(f.lapses_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.' AS body,
    'portal/offers/' || f.uid || '/' AS path
   FROM demo_world.offer o JOIN leads_offer f ON f.vendor_id = {vendor} AND f.id = o.id
   JOIN demo_world.partner p ON p.rank = o.partner
   CROSS JOIN LATERAL (VALUES (0, p.id, p.seller), (1, p.id, p.executive)) AS s (who, partner_id, seat)
   WHERE o.at > {until} - 10
  UNION ALL
  SELECT o.id, 2, NULL, p.cam_id, demo_world.moment(o.ended), 'offer.' || o.outcome,
    p.name || CASE o.outcome WHEN 'lapsed' THEN ' let an offer lapse: ' ELSE ' declined: ' END || l.title,
    CASE o.outcome WHEN 'lapsed' THEN 'Nobody answered in time. The rules look for the next partner.' ELSE '' END,
    'console/leads/' || l.uid || '/'
   FROM demo_world.offer o JOIN leads_lead l ON l.vendor_id = {vendor} AND l.id = o.n
   JOIN demo_world.partner p ON p.rank = o.partner
   WHERE o.ended > {until} - 10 AND o.outcome IN ('lapsed', 'declined') AND p.cam_id IS NOT NULL
  UNION ALL
  SELECT d.id, 3, NULL, p.cam_id, demo_world.moment(d.ended), 'deal.won', p.name || ' won: ' || e.customer_name,
    '{sign}' || to_char(e.amount_minor / 100, 'FM999,999,999'), 'console/deals/' || e.uid || '/'
   FROM demo_world.deal d JOIN deals_deal e ON e.vendor_id = {vendor} AND e.id = d.id
   JOIN demo_world.partner p ON p.rank = d.partner
   WHERE d.state = 'won' AND d.ended > {until} - 10 AND p.cam_id IS NOT NULL
  UNION ALL
  SELECT r.m, 4, p.id, p.seller, demo_world.moment(r.decided), 'registration.approved',
    'Approved: ' || g.customer_name, '', 'portal/registrations/' || g.uid || '/'
   FROM demo_world.registration r JOIN deals_registration g ON g.vendor_id = {vendor} AND g.id = r.m
   JOIN demo_world.partner p ON p.rank = r.partner WHERE r.state = 'approved' AND r.decided > {until} - 10
  UNION ALL
  SELECT r.m, 5 + who, NULL, seat, demo_world.moment(r.submitted), 'approval.requested', a.title,
    'A decision waits for you.', a.path
   FROM demo_world.registration r JOIN workflow_approval a ON a.vendor_id = {vendor} AND a.id = r.m
   CROSS JOIN LATERAL (SELECT 0 AS who, ({desk})[1 + demo_world.draw(r.m, 100, {desk_count})] AS seat) AS s
   WHERE NOT a.automatic AND r.submitted > {until} - 10
 ) AS told
 ORDER BY at;
