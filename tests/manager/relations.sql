-- Memberships. The manager reads membership from a graph of entities, not from the columns of users and
-- keypairs; these are the edges that it creates when an account is created through its API. Safe to run
-- again: it adds only missing edges.

insert into virtual_entities (entity_type, entity_id)
select 'user', uuid from users
on conflict do nothing;

create temporary table edge as
with wanted (owner_type, owner, member_type, member, lent) as (
    select 'user', uuid, 'user', uuid, false from users
    union all
    select 'global', g.id, 'user', u.uuid, false from users u, global_entities g where g.name = 'global'
    union all
    select 'domain', domain_id, 'user', uuid, false from users
    union all
    select 'domain', d.id, 'project', g.id, false from groups g join domains d on d.name = g.domain_name
    union all
    select 'project', group_id, 'user', user_id, true from association_groups_users
    union all
    select 'project', g.id, 'project_resource_policy', p.uuid, true
    from groups g join project_resource_policies p on p.name = g.resource_policy
    union all
    select 'user', u.uuid, 'user_resource_policy', p.uuid, true
    from users u join user_resource_policies p on p.name = u.resource_policy
    union all
    select distinct 'user', k."user", 'keypair_resource_policy', p.uuid, true
    from keypairs k join keypair_resource_policies p on p.name = k.resource_policy
)
select o.id as owner, m.id as member, w.lent
from wanted w
join virtual_entities o on o.entity_type = w.owner_type and o.entity_id = w.owner
join virtual_entities m on m.entity_type = w.member_type and m.entity_id = w.member;

with added as (
    insert into entity_memberships (virtual_entity_id, member_entity_id, capped)
    select owner, member, lent from edge
    on conflict do nothing
    returning id, capped
)
insert into entity_membership_caps (membership_id, permission, all_fields)
select id, 1, true from added where capped; -- what is lent may be read, no more

insert into scope_bindings (virtual_entity_id, scope_entity_id)
select member, owner from edge where not lent -- what is owned is governed by its owner
on conflict do nothing;

drop table edge;
