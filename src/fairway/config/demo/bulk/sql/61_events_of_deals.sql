INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT demo_world.moment(e.w), demo_world.uid(demo_world.epoch(e.w), d.id, salt), {vendor}, g.partner_id, 'deal', d.id,
  e.verb, g.seller_id, '', 'partner', e.data, ''
 FROM demo_world.deal d JOIN deals_deal g ON g.vendor_id = {vendor} AND g.id = d.id
 CROSS JOIN LATERAL (VALUES
  ('opened', d.opened, 60, jsonb_build_object('origin', g.origin, 'amount_minor', g.amount_minor, 'currency', g.currency)),
  ('moved', CASE WHEN d.moved_1 <= {until} THEN d.moved_1 END, 61, '{{"to": "proposal", "came_from": "qualified"}}'),
  ('moved', CASE WHEN d.moved_2 <= {until} THEN d.moved_2 END, 62, '{{"to": "negotiation", "came_from": "proposal"}}'),
  (d.state, CASE WHEN d.state IN ('won', 'lost') THEN d.ended END, 63, CASE d.state WHEN 'won'
    THEN jsonb_build_object('amount_minor', g.amount_minor, 'currency', g.currency)
    ELSE jsonb_build_object('reason', g.close_reason) END)
 ) AS e (verb, w, salt, data)
 WHERE e.w IS NOT NULL;
INSERT INTO core_event (at, uid, vendor_id, partner_id, subject_type, subject_id, verb, actor_seat_id, actor_name,
  audience, data, request_id)
SELECT demo_world.moment(e.w), demo_world.uid(demo_world.epoch(e.w), r.m, salt), {vendor}, p.id, e.subject_type, r.m,
  e.verb, e.seat, e.name, e.audience, e.data, ''
 FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner
 JOIN deals_registration g ON g.vendor_id = {vendor} AND g.id = r.m
 LEFT JOIN workflow_approval a ON a.vendor_id = {vendor} AND a.id = r.m
 CROSS JOIN LATERAL (SELECT a.automatic AND r.state = 'approved' AS is_rule) AS x
 CROSS JOIN LATERAL (VALUES
  ('registration', 'begun', r.created, 70, p.seller, '', 'internal', '{{}}'::jsonb),
  ('registration', 'submitted', CASE WHEN r.state <> 'draft' THEN r.submitted END, 71, p.seller, '', 'partner', '{{}}'),
  ('approval', 'requested', CASE WHEN r.state <> 'draft' AND NOT is_rule THEN r.submitted END, 72, p.seller, '',
    'internal', '{{"role": "deal_desk"}}'),
  ('approval', CASE WHEN r.state = 'withdrawn' THEN 'withdrawn' ELSE r.state END,
    CASE WHEN r.state NOT IN ('draft', 'submitted') THEN r.decided END, 73, a.decided_by_id,
    CASE WHEN is_rule THEN 'the rule for clear cases' ELSE '' END, 'internal', jsonb_build_object('automatic', is_rule)),
  ('registration', r.state, CASE WHEN r.state NOT IN ('draft', 'submitted') THEN r.decided END, 74, a.decided_by_id,
    CASE WHEN is_rule THEN 'the rule for clear cases' ELSE '' END, 'partner', CASE r.state
      WHEN 'approved' THEN jsonb_build_object('automatic', is_rule,
        'until', demo_world.moment(r.decided) + interval '120 days')
      WHEN 'rejected' THEN jsonb_build_object('reason', g.decision_reason) ELSE '{{}}' END),
  ('registration', 'answered', CASE WHEN r.state = 'approved' AND r.is_asked THEN r.decided - 0.05 END, 75, p.seller, '',
    'partner', '{{}}')
 ) AS e (subject_type, verb, w, salt, seat, name, audience, data)
 WHERE e.w IS NOT NULL;
