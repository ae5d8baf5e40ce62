-- The life of every lead: where it is, whom it was offered to, who accepted, how it was worked, how it ended.
CREATE UNLOGGED TABLE demo_world.lead AS
SELECT n, origin, t.rank AS home, demo_world.draw(n, 3, {lines}) AS line,
  d.day + 0.12 * (n - d.first_lead + 1) / (d.last_lead - d.first_lead + 2)::float8 AS captured,
  NOT is_known AND demo_world.chance(n, 5) < 0.03 AS is_remote, is_known
 FROM demo_world.day d
 CROSS JOIN LATERAL generate_series(d.first_lead, d.last_lead) AS n
 CROSS JOIN LATERAL (SELECT 1 + floor((n - 1) * demo_world.chance(n, 14))::bigint AS earlier) AS e
 -- Now and then a known customer comes back: one that was new when it came, so that nobody comes back twice removed.
 CROSS JOIN LATERAL (SELECT n > 1 AND demo_world.chance(n, 4) < 0.12 AND demo_world.chance(earlier, 4) >= 0.12
   AS is_known) AS k
 CROSS JOIN LATERAL (SELECT CASE WHEN is_known THEN earlier ELSE n END AS origin) AS o
 JOIN demo_world.ticket t ON t.ticket = floor(65536 * demo_world.chance(origin, 2))::int;
ANALYZE demo_world.lead;

-- Three partners are tried by the rules, one after the other; then a person may name a fourth.
CREATE UNLOGGED TABLE demo_world.offer AS
WITH RECURSIVE chain (n, home, tried, partner, at, ended, outcome) AS (
  SELECT n, home, CASE WHEN is_remote THEN 3 ELSE 0 END, NULL::int, captured + 0.01, captured + 0.01, 'lapsed'
   FROM demo_world.lead WHERE captured + 0.01 <= {until}
 UNION ALL
  SELECT c.n, c.home, c.tried + 1, p.rank, b.at, CASE WHEN a.outcome = 'lapsed' THEN b.at + 1 ELSE b.at + took END,
    CASE WHEN CASE WHEN a.outcome = 'lapsed' THEN b.at + 1 ELSE b.at + took END > {until} THEN 'open'
      ELSE a.outcome END
   FROM chain c
   JOIN demo_world.near ON near.rank = c.home AND near.step = c.tried
   JOIN demo_world.partner p ON p.rank = near.other
   CROSS JOIN LATERAL (SELECT c.ended
     + CASE WHEN c.tried = 3 THEN 0.5 + 4.4 * demo_world.chance(c.n, 6) ELSE 0 END AS at) AS b
   CROSS JOIN LATERAL (SELECT demo_world.chance(c.n, 20 + c.tried) AS luck, 0.25 + 0.6 * p.skill AS answers,
     0.02 + 0.9 * power(demo_world.chance(c.n, 24 + c.tried), 1.5) AS took) AS u
   CROSS JOIN LATERAL (SELECT CASE WHEN luck < answers * (0.35 + 0.45 * p.skill) THEN 'accepted'
     WHEN luck < answers THEN 'declined' ELSE 'lapsed' END AS outcome) AS a
   WHERE c.outcome IN ('declined', 'lapsed') AND b.at <= {until}
     AND (c.tried < 3 OR c.tried = 3 AND demo_world.chance(c.n, 7) < 0.7)
)
SELECT row_number() OVER (ORDER BY at, n) AS id, n, tried AS attempt, partner, at, ended, outcome
 FROM chain WHERE partner IS NOT NULL;
ALTER TABLE demo_world.offer ADD PRIMARY KEY (n, attempt);
ANALYZE demo_world.offer;

CREATE UNLOGGED TABLE demo_world.life AS
SELECT l.n, l.origin, l.home, l.line, l.captured, l.is_known, l.is_remote, coalesce(o.attempt, 0) AS attempts,
  coalesce(o.offers, 0) AS offers, o.outcome, o.partner, p.seller, p.skill, o.ended AS answered,
  CASE WHEN o.outcome = 'accepted' THEN planned END AS planned_touches,
  t1, t2, t3,
  CASE WHEN o.outcome = 'accepted' THEN (CASE planned WHEN 1 THEN t1 WHEN 2 THEN t2 ELSE t3 END)
      + 0.4 + 4.5 * demo_world.chance(l.n, 34) + CASE WHEN demo_world.chance(l.n, 35) < 0.04 THEN 35 ELSE 0 END
    ELSE coalesce(o.ended, l.captured) + 5 + 10 * demo_world.chance(l.n, 8) END AS finished,
  o.outcome = 'accepted' AND demo_world.chance(l.n, 36) < 0.05 + 0.17 * p.skill AS converts,
  NULL::text AS state, 0 AS touches
 FROM demo_world.lead l
 LEFT JOIN (SELECT DISTINCT ON (n) *, count(*) OVER (PARTITION BY n) AS offers
   FROM demo_world.offer ORDER BY n, attempt DESC) o ON o.n = l.n
 LEFT JOIN demo_world.partner p ON p.rank = o.partner
 CROSS JOIN LATERAL (SELECT 1 + demo_world.draw(l.n, 30, 3) AS planned,
   o.ended + LEAST(12, 0.15 - ln(1 - demo_world.chance(l.n, 31)) / (0.35 + p.skill)) AS t1) AS a
 CROSS JOIN LATERAL (SELECT t1 + LEAST(12, 0.3 - ln(1 - demo_world.chance(l.n, 32)) / (0.35 + p.skill)) AS t2) AS b
 CROSS JOIN LATERAL (SELECT t2 + LEAST(12, 0.3 - ln(1 - demo_world.chance(l.n, 33)) / (0.35 + p.skill)) AS t3) AS c;
UPDATE demo_world.life SET
  state = CASE
    WHEN captured + 0.01 > {until} THEN 'captured'
    WHEN outcome = 'open' THEN 'offered'
    WHEN finished > {until} THEN CASE WHEN outcome = 'accepted' THEN 'accepted' ELSE 'waiting' END
    WHEN converts THEN 'converted' ELSE 'closed' END,
  touches = CASE WHEN outcome = 'accepted' THEN (t1 <= {until})::int
    + (planned_touches >= 2 AND t2 <= {until})::int + (planned_touches >= 3 AND t3 <= {until})::int ELSE 0 END;
ALTER TABLE demo_world.life ADD PRIMARY KEY (n);
CREATE INDEX ON demo_world.life (origin);
ANALYZE demo_world.life;
