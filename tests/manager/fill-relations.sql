-- The memberships of the filled rows, as in relations.sql. Run after fill.sql.
create temporary table filled as
with project as (select id from groups where name = 'default' and domain_name = 'default')
select 'vfolder' as kind, id, 'user' as scope, "user" as owner from vfolders where id::text like 'f00000%' and "user" is not null
union all select 'vfolder', v.id, 'project', v."group" from vfolders v where v.id::text like 'f00000%' and v."group" is not null
union all select 'project', id, 'domain', (select id from domains where name = 'default') from groups where id::text like 'f00000%'
union all select 'session', id, 'user', user_uuid from sessions where id::text like 'f00000%'
union all select 'session', id, 'project', group_id from sessions where id::text like 'f00000%'
union all select 'deployment', id, 'project', project from endpoints where id::text like 'f00000%'
union all select 'deployment', id, 'user', session_owner from endpoints where id::text like 'f00000%'
union all select 'network', id, 'project', project from networks where id::text like 'f00000%'
union all select 'model_card', id, 'project', project from model_cards where id::text like 'f00000%'
union all select 'resource_group', id, 'domain', (select id from domains where name = 'default') from scaling_groups where name = 'fill-gpu'
union all select 'resource_group', s.id, 'project', p.id from scaling_groups s, project p where s.name = 'fill-gpu'
union all select 'resource_group', id, 'global', (select id from global_entities where name = 'global') from scaling_groups where name like 'fill-%'
union all select 'agent', uuid, 'resource_group', resource_group_id from agents where id like 'i-fill-%'
union all select 'container_registry', id, 'global', (select id from global_entities where name = 'global') from container_registries where id::text like 'f00000%'
union all select 'image', id, 'container_registry', registry_id from images where id::text like 'f00000%'
union all select 'resource_preset', id, 'global', (select id from global_entities where name = 'global') from resource_presets where id::text like 'f00000%'
union all select 'artifact_registry', id, 'global', (select id from global_entities where name = 'global') from huggingface_registries where id::text like 'f00000%'
union all select 'artifact', id, 'artifact_registry', registry_id from artifacts where id::text like 'f00000%';

insert into virtual_entities (entity_type, entity_id) select distinct kind, id from filled on conflict do nothing;

insert into entity_memberships (virtual_entity_id, member_entity_id, capped)
select o.id, m.id, false
from filled f
join virtual_entities o on o.entity_type = f.scope and o.entity_id = f.owner
join virtual_entities m on m.entity_type = f.kind and m.entity_id = f.id
on conflict do nothing;

insert into entity_memberships (virtual_entity_id, member_entity_id, capped)
select o.id, m.id, true
from groups g
join virtual_entities o on o.entity_type = 'project' and o.entity_id = g.id
join project_resource_policies p on p.name = g.resource_policy
join virtual_entities m on m.entity_type = 'project_resource_policy' and m.entity_id = p.uuid
where g.id::text like 'f00000%'
on conflict do nothing;

insert into scope_bindings (virtual_entity_id, scope_entity_id)
select m.id, o.id
from filled f
join virtual_entities o on o.entity_type = f.scope and o.entity_id = f.owner
join virtual_entities m on m.entity_type = f.kind and m.entity_id = f.id
on conflict do nothing;

-- One folder is shared with a user, another has a pending invitation.
insert into entity_shares (id, sharer_user_id, recipient_entity_type, recipient_entity_id, recipient_email,
                           target_entity_type, target_entity_id, permission_cap, expires_at, status, created_at)
values (pg_temp.fill_id(9, 1), pg_temp.person('user'), 'user', pg_temp.person('domain-admin'), 'domain-admin@tests.invalid', 'vfolder',
        pg_temp.fill_id(8, 1), 1, null, 'accepted', '2024-05-06Z'),
       (pg_temp.fill_id(9, 2), pg_temp.person('domain-admin'), 'user', pg_temp.person('user'), null, 'vfolder', pg_temp.fill_id(8, 3), 1, null,
        'accepted', '2024-05-07Z'),
       (pg_temp.fill_id(9, 3), pg_temp.person('domain-admin'), null, null, 'low-rate@tests.invalid', 'vfolder', pg_temp.fill_id(8, 3), null,
        '2099-01-01Z', 'pending', '2024-05-08Z');

-- Every third folder of fill-many.sql is shared with the user.
insert into entity_shares select copy.* from many, entity_shares as row,
    jsonb_populate_record(row, jsonb_build_object(
        'id', pg_temp.fill_id(9, at + 1000), 'target_entity_id', pg_temp.fill_id(8, at + 301000))) as copy
where row.id = pg_temp.fill_id(9, 2);
