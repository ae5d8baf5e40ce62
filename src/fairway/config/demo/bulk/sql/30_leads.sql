-- Leads with their people, scores, routing decisions, offers and touches.
INSERT INTO leads_lead (id, uid, vendor_id, state, external_id, source, source_detail, campaign, title, description,
  company, name_key, domain_key, industry, employees, country, state_code, city, postal_code, latitude, longitude,
  product_line_id, amount_minor, currency, timeframe_days, consent_text, captured_at, waiting_because, offers_made,
  partner_id, accepted_at, seller_id, stage, next_step, next_step_on, touches, first_touch_at, last_touch_at,
  closed_at, close_reason, extra, version)
SELECT f.n, demo_world.uid(demo_world.epoch(f.captured), f.n, 1), {vendor}, f.state, '',
  (ARRAY['web form', 'web form', 'webinar', 'trade fair', 'telemarketing', 'web form', 'web form', 'webinar',
    'telemarketing', 'referral'])[1 + demo_world.draw(f.n, 40, 10)],
  '', CASE WHEN demo_world.draw(f.n, 40, 10) = 9 THEN '' ELSE ({campaigns})[1 + demo_world.draw(f.n, 41, 4)] END,
  i.needs[1 + demo_world.draw(f.n, 42, cardinality(i.needs))], '',
  c.name, c.name_key, c.host, c.industry,
  5 + least(20000, exp(4.6 + sqrt(-2 * ln(1 - demo_world.chance(f.origin, 43)))
    * cos(2 * pi() * demo_world.chance(f.origin, 44))))::int,
  h.country, h.state_code, h.city, '', h.latitude, h.longitude, i.id,
  CASE WHEN demo_world.chance(f.n, 45) < 0.75
    THEN 10000 * round(exp(ln(i.low) + demo_world.chance(f.n, 46) * (ln(i.high) - ln(i.low))) / 100)::bigint END,
  '{currency}', (ARRAY[30, 60, 90, 180, NULL])[1 + demo_world.draw(f.n, 47, 5)],
  '', demo_world.moment(f.captured),
  CASE WHEN f.state <> 'waiting' THEN '' WHEN f.offers = 0 THEN 'No partner is eligible by rule 3: none is near.'
    ELSE 'Offers made: ' || f.offers || '. Now the account manager decides.' END,
  f.offers,
  CASE WHEN f.outcome = 'accepted' THEN p.id END,
  CASE WHEN f.outcome = 'accepted' THEN demo_world.moment(f.answered) END,
  CASE WHEN f.outcome = 'accepted' THEN f.seller END,
  CASE WHEN f.outcome IS DISTINCT FROM 'accepted' THEN ''
    WHEN f.touches >= 2 OR f.touches = 1 AND demo_world.chance(f.n * 4 + 1, 51) < 0.5 THEN 'contacted' ELSE 'new' END,
  CASE WHEN step.t IS NULL THEN '' ELSE ({steps})[1 + demo_world.draw(f.n, 48, 6)] END,
  (demo_world.moment(step.t) AT TIME ZONE 'UTC')::date + 1 + demo_world.draw(f.n, 49, 9),
  f.touches,
  CASE WHEN f.touches > 0 THEN demo_world.moment(f.t1) END,
  CASE f.touches WHEN 1 THEN demo_world.moment(f.t1) WHEN 2 THEN demo_world.moment(f.t2)
    WHEN 3 THEN demo_world.moment(f.t3) END,
  CASE WHEN f.state = 'closed' THEN demo_world.moment(f.finished) END,
  CASE WHEN f.state <> 'closed' THEN '' WHEN f.outcome IS DISTINCT FROM 'accepted' THEN 'not_reached'
    ELSE (ARRAY['no_need', 'no_budget', 'not_reached', 'bought_elsewhere'])[1 + demo_world.draw(f.n, 50, 4)] END,
  CASE WHEN f.is_known THEN jsonb_build_object('possible_duplicate_of',
    demo_world.uid(demo_world.epoch(e.captured), e.n, 1)) ELSE '{{}}' END,
  1 + 2 * f.offers + f.touches
 FROM demo_world.life f
 JOIN demo_world.company c ON c.n = f.origin
 JOIN demo_world.line i ON i.line = f.line
 JOIN demo_world.partner h ON h.rank = f.home
 LEFT JOIN demo_world.partner p ON p.rank = f.partner
 LEFT JOIN demo_world.lead e ON e.n = f.origin AND f.is_known
 CROSS JOIN LATERAL (SELECT CASE WHEN f.touches >= 3 AND demo_world.chance(f.n * 4 + 3, 52) < 0.4 THEN f.t3
   WHEN f.touches >= 2 AND demo_world.chance(f.n * 4 + 2, 52) < 0.4 THEN f.t2
   WHEN f.touches >= 1 AND demo_world.chance(f.n * 4 + 1, 52) < 0.4 THEN f.t1 END AS t) AS step
 ORDER BY f.n;
