INSERT INTO leads_touch (uid, vendor_id, partner_id, subject_type, subject_id, seat_id, kind, outcome, note, touched_at)
SELECT demo_world.uid(demo_world.epoch(t.at), f.n * 4 + t.no, 7), {vendor}, p.id, 'lead', f.n, f.seller,
  (ARRAY['call', 'call', 'email', 'meeting'])[1 + demo_world.draw(f.n * 4 + t.no, 53, 4)],
  CASE WHEN t.no = 1 THEN CASE WHEN demo_world.chance(f.n * 4 + 1, 51) < 0.5 THEN 'reached' ELSE 'not_reached' END
    ELSE CASE WHEN demo_world.chance(f.n * 4 + t.no, 51) < 0.5 THEN 'reached' ELSE 'interested' END END,
  '', demo_world.moment(t.at)
 FROM demo_world.life f JOIN demo_world.partner p ON p.rank = f.partner
 CROSS JOIN LATERAL (VALUES (1, f.t1), (2, f.t2), (3, f.t3)) AS t (no, at)
 WHERE t.no <= f.touches ORDER BY f.n, t.no;
