-- The points that the published card gives; a test has the product score the world again and finds no difference.
INSERT INTO leads_leadscore (id, uid, vendor_id, lead_id, card_id, points, band, reasons, scored_at)
SELECT l.id, demo_world.uid(demo_world.epoch(f.captured + 0.005), l.id, 3), {vendor}, l.id, {card}, s.points,
  CASE WHEN s.points >= 60 THEN 'Hot' WHEN s.points >= 30 THEN 'Warm' ELSE 'Cool' END, s.reasons,
  demo_world.moment(f.captured + 0.005)
 FROM leads_lead l JOIN demo_world.life f ON f.n = l.id JOIN demo_world.line i ON i.line = f.line
 CROSS JOIN LATERAL (
  SELECT sum(points)::int AS points,
    jsonb_agg(jsonb_build_object('name', name, 'text', text, 'points', points) ORDER BY place) AS reasons
   FROM (VALUES
    (1, 'Decides within 90 days', jsonb_build_object('is', 'found', 'of', 'lead.timeframe_days', 'op', 'at_most',
      'wanted', 90, 'found', l.timeframe_days), 24, l.timeframe_days <= 90),
    (2, 'Size fits', jsonb_build_object('is', 'found', 'of', 'lead.employees', 'op', 'between',
      'wanted', '[50, 1000]'::jsonb, 'found', l.employees), 20, l.employees BETWEEN 50 AND 1000),
    (3, 'Budget named', jsonb_build_object('is', 'found', 'of', jsonb_build_object('name', 'lead.amount',
      'currency', '{currency}'), 'op', 'is_not_empty', 'found', l.amount_minor), 17, l.amount_minor IS NOT NULL),
    (4, 'Knows what it wants', jsonb_build_object('is', 'found', 'of', 'lead.product_line', 'op', 'is_not_empty',
      'found', i.code), 12, true),
    (5, 'Company is known', jsonb_build_object('is', 'found', 'of', 'lead.has_company', 'op', 'is', 'wanted', true,
      'found', true), 8, true),
    (7, 'Can be written to', jsonb_build_object('is', 'found', 'of', 'lead.has_email', 'op', 'is', 'wanted', true,
      'found', true), 6, true),
    (8, 'Place is known', jsonb_build_object('is', 'found', 'of', 'lead.city_known', 'op', 'is', 'wanted', true,
      'found', true), 5, true),
    (13, 'May be a duplicate', jsonb_build_object('is', 'found', 'of', 'lead.may_be_duplicate', 'op', 'is', 'wanted', true,
      'found', true), -15, f.is_known)
   ) AS rule (place, name, text, points, holds) WHERE holds
 ) AS s
 WHERE l.vendor_id = {vendor} AND f.state <> 'captured' ORDER BY l.id;
