-- Registrations as they will be; exactly {wanted_approved} of them end approved, so that the deals come out exact.
CREATE UNLOGGED TABLE demo_world.registration AS
WITH drawn AS (
 SELECT m, t.rank AS partner, demo_world.draw(m, 80, {lines}) AS line, {leads} + m AS company,
   d.day + 0.94 * (m - d.first_registration) / (d.last_registration - d.first_registration + 1)::float8 AS created,
   demo_world.chance(m, 81) AS luck, demo_world.chance(m, 82) AS size, demo_world.chance(m, 83) AS wait,
   demo_world.chance(m, 84) < 0.3 AS is_project
  FROM demo_world.day d
  CROSS JOIN LATERAL generate_series(d.first_registration, d.last_registration) AS m
  JOIN demo_world.ticket t ON t.ticket = floor(65536 * demo_world.chance(m, 85))::int
), fated AS (
 SELECT r.*, 10000 * round(exp(ln(i.low) + size * (ln(i.high) - ln(i.low))) / 100)::bigint AS amount_minor,
   created + 0.002 AS submitted,
   CASE WHEN luck < 0.02 THEN 'draft' WHEN luck < 0.10 THEN 'conflict' WHEN luck < 0.16 THEN 'no_project'
     WHEN luck < 0.165 THEN 'returned' WHEN luck < 0.19 THEN 'withdrawn' ELSE 'approved' END AS fate
  FROM drawn r JOIN demo_world.line i USING (line)
), decided AS (
 SELECT *, fate = 'approved' AND amount_minor < 5000000 AS is_automatic,
   fate = 'approved' AND amount_minor >= 5000000 AND wait < 0.1 AS is_asked,
   CASE WHEN fate = 'approved' AND amount_minor < 5000000 THEN submitted
     ELSE submitted + 0.15 + LEAST(8, -1.2 * ln(1 - wait)) END AS decided
  FROM fated
), stated AS (
 SELECT *, CASE WHEN fate = 'draft' OR submitted > {until} THEN 'draft'
   WHEN decided > {until} THEN 'submitted' WHEN fate IN ('conflict', 'no_project') THEN 'rejected' ELSE fate END AS state
  FROM decided
), counted AS (
 SELECT *, count(*) FILTER (WHERE state = 'approved') OVER (ORDER BY hashint8extended(m, 86), m) AS nth FROM stated
)
SELECT m, partner, line, company, created, submitted, amount_minor, fate, is_automatic, is_asked, decided, is_project,
  CASE WHEN state = 'approved' AND nth > {wanted_approved} THEN 'withdrawn' ELSE state END AS state,
  NULL::bigint AS rival
 FROM counted;
ALTER TABLE demo_world.registration ADD PRIMARY KEY (m);
-- A rejected one met the protection of another partner: the nearest approved registration before it.
UPDATE demo_world.registration r SET rival = o.m, company = o.company, line = o.line, is_project = false
 FROM demo_world.registration o
 WHERE r.fate = 'conflict' AND r.state IN ('rejected', 'submitted') AND o.m = r.m - 1 - demo_world.draw(r.m, 87, 6)
  AND o.state = 'approved' AND o.partner <> r.partner AND NOT o.is_project AND o.decided < r.submitted;
ANALYZE demo_world.registration;

-- Deals of leads and of registrations, with the moments at which they move on and end.
CREATE UNLOGGED TABLE demo_world.deal AS
WITH begun AS (
 SELECT finished AS opened, n, NULL::bigint AS m, partner, line, origin AS company, skill
  FROM demo_world.life WHERE state = 'converted'
 UNION ALL
 SELECT decided, NULL, m, r.partner, line, company, p.skill
  FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner WHERE state = 'approved'
), numbered AS (SELECT row_number() OVER (ORDER BY opened, n, m) AS id, * FROM begun)
SELECT d.*, moved_1, moved_2, ended, demo_world.chance(id, 93) < 0.2 + 0.45 * skill AS is_won,
  CASE WHEN ended <= {until} THEN CASE WHEN demo_world.chance(id, 93) < 0.2 + 0.45 * skill THEN 'won' ELSE 'lost' END
    WHEN moved_2 <= {until} THEN 'negotiation' WHEN moved_1 <= {until} THEN 'proposal' ELSE 'qualified' END AS state
 FROM numbered d
 CROSS JOIN LATERAL (SELECT opened + 3 + 20 * demo_world.chance(id, 90) AS moved_1) AS a
 CROSS JOIN LATERAL (SELECT moved_1 + 3 + 20 * demo_world.chance(id, 91) AS moved_2) AS b
 CROSS JOIN LATERAL (SELECT moved_2 + 2 + 30 * demo_world.chance(id, 92) AS ended) AS c;
ALTER TABLE demo_world.deal ADD PRIMARY KEY (id);
CREATE INDEX ON demo_world.deal (n);
CREATE INDEX ON demo_world.deal (m);
ANALYZE demo_world.deal;

-- Protections: at acceptance of a lead, where no other stood for the customer and line, and at approval.
CREATE UNLOGGED TABLE demo_world.protection AS
WITH asked AS (
 SELECT f.n, NULL::bigint AS m, f.partner, f.line, f.origin AS company, f.answered AS starts, d.id AS deal,
   demo_world.moment(f.answered) + interval '90 days' AS due,
   CASE WHEN f.state = 'closed' THEN f.finished WHEN d.state = 'lost' THEN d.ended END AS released
  FROM demo_world.life f LEFT JOIN demo_world.deal d ON d.n = f.n WHERE f.outcome = 'accepted'
 UNION ALL
 SELECT NULL, r.m, r.partner, r.line, r.company, r.decided, d.id,
   demo_world.moment(r.decided) + interval '120 days', CASE WHEN d.state = 'lost' THEN d.ended END
  FROM demo_world.registration r JOIN demo_world.deal d ON d.m = r.m
), ending AS (
 SELECT *, CASE WHEN released IS NOT NULL AND demo_world.moment(released) <= least(due, {ends}) THEN 'released'
   WHEN due <= {ends} THEN 'expired' ELSE 'live' END AS state FROM asked
), weighed AS (
 SELECT *, CASE state WHEN 'released' THEN demo_world.moment(released) ELSE due END AS until,
   max(CASE state WHEN 'released' THEN demo_world.moment(released) ELSE due END) OVER earlier AS stood_until,
   first_value(partner) OVER earlier AS stood_partner
  FROM ending
  WINDOW earlier AS (PARTITION BY company, line ORDER BY starts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT row_number() OVER (ORDER BY starts, n, m) AS id, *,
  stood_until IS NULL OR stood_until <= demo_world.moment(starts) AS is_granted
 FROM weighed;
ALTER TABLE demo_world.protection ADD PRIMARY KEY (id);
CREATE INDEX ON demo_world.protection (n);
CREATE INDEX ON demo_world.protection (m);
ANALYZE demo_world.protection;
