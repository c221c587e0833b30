-- Keypairs 1 to :count, each with a user in the domain and project "default". Row i is always the same. Ten
-- consecutive rows share created_at, so that it alone does not define an order. References are valid by
-- construction; skipping their checks halves the time.
set local session_replication_role = replica;

create temporary table seed as
select i,
       lpad(i::text, 8, '0') as name,
       md5('user ' || i)::uuid as owner,
       md5('keypair ' || i)::uuid as id,
       timestamptz '2024-01-01 00:00:00Z' + (i / 10) * interval '1 minute' as made
from generate_series(1, :count) as i;

insert into users (uuid, username, email, full_name, description, status, status_info, domain_name, domain_id,
                   role, resource_policy, sudo_session_enabled, created_at)
select s.owner, 'seed' || s.name, 'seed' || s.name || '@seed.invalid', 'Seed ' || s.i, 'seeded', 'active', 'seeded',
       d.name, d.id, 'user', 'default', false, s.made
from seed s, domains d where d.name = 'default'
on conflict do nothing;

insert into keypairs (id, access_key, secret_key, is_active, is_admin, is_default, rate_limit, "user",
                      resource_policy, dotfiles, bootstrap_script, created_at)
select id, 'SEED00000000' || name, md5('secret ' || i) || 'seed', i % 7 <> 0, false, true, 1000 + i % 13, owner,
       case i % 3 when 0 then 'small' else 'default' end, '\x90', '', made -- 90: an empty list in MessagePack
from seed
on conflict do nothing;

insert into association_groups_users (group_id, user_id)
select g.id, s.owner from seed s, groups g where g.name = 'default' and g.domain_name = 'default'
on conflict do nothing;

analyze users;
analyze keypairs;
analyze association_groups_users;
