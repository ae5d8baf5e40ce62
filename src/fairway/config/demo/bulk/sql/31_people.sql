INSERT INTO leads_leadperson (id, uid, vendor_id, lead_id, partner_id, first_name, last_name, job_title, email,
  email_key, phone, phone_key)
SELECT l.id, demo_world.uid(demo_world.epoch(f.captured), l.id, 2), {vendor}, l.id, l.partner_id, given, family,
  ({jobs})[1 + demo_world.draw(l.id, 62, 5)], address, address, '', ''
 FROM leads_lead l JOIN demo_world.life f ON f.n = l.id
 CROSS JOIN LATERAL (SELECT ({given})[1 + demo_world.draw(l.id, 60, 40)] AS given,
   ({family})[1 + demo_world.draw(l.id, 61, 40)] AS family) AS x
 CROSS JOIN LATERAL (SELECT lower(given || '.' || family) || '@' || l.domain_key AS address) AS y
 WHERE l.vendor_id = {vendor} ORDER BY l.id;
