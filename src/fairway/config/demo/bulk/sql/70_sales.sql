-- Sell-in lines of every partner, month by month, with season, growth and the partner's weight; exactly {sales_lines}.
CREATE UNLOGGED TABLE demo_world.cell AS
WITH weighed AS (
 SELECT m.month, m.days, p.rank, p.id AS partner_id, m.share * p.skill * p.skill AS share
  FROM demo_world.month m, demo_world.partner p
), summed AS (
 SELECT *, sum(share) OVER (ORDER BY month, rank) AS upto, sum(share) OVER () AS total FROM weighed
)
SELECT month, days, rank, partner_id,
  coalesce(lag(round({sales_lines} * upto / total)::bigint) OVER (ORDER BY month, rank), 0) + 1 AS first_line,
  round({sales_lines} * upto / total)::bigint AS last_line
 FROM summed;
CREATE UNLOGGED TABLE demo_world.product AS
SELECT (row_number() OVER (ORDER BY external_id) - 1)::int AS no, id, list_price_minor, count(*) OVER ()::int AS count
 FROM catalog_product WHERE vendor_id = {vendor};
INSERT INTO sales_salesline (uid, vendor_id, partner_id, kind, order_number, line_number, product_id, ordered_on,
  quantity, amount, cost, currency, facts, imported_at)
SELECT demo_world.uid(x.epoch, n, 19), {vendor}, c.partner_id, 'sell_in',
  'SO' || to_char(x.ordered_on, 'YYMMDD') || '-' || lpad(n::text, 8, '0'), '1', p.id, x.ordered_on, x.quantity,
  x.amount, round(x.amount * 0.7, 4), '{currency}', '{{}}', {ends}
 FROM demo_world.cell c
 CROSS JOIN LATERAL generate_series(c.first_line, c.last_line) AS n
 JOIN demo_world.product p ON p.no = demo_world.draw(n, 110, {products})
 CROSS JOIN LATERAL (SELECT c.month + demo_world.draw(n, 111, c.days) AS ordered_on,
   LEAST(40, 1 + floor(-4 * ln(1 - demo_world.chance(n, 112)))::int)
     * CASE WHEN demo_world.chance(n, 113) < 0.01 THEN -1 ELSE 1 END AS quantity) AS w
 CROSS JOIN LATERAL (SELECT w.ordered_on, w.quantity, (w.ordered_on - date '1970-01-01') * 86400::float8 AS epoch,
   p.list_price_minor * w.quantity * (62 + demo_world.draw(n, 114, 17)) / 10000::numeric AS amount) AS x;
