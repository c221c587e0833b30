-- Removes every seeded row. The checks of references look rows up without an index, so they are disabled, and
-- rows that a cascade would delete are named here.
set local session_replication_role = replica;

create temporary table owner as select uuid from users where email like 'seed%@seed.invalid';
create temporary table node as
select id from virtual_entities where entity_type = 'user' and entity_id in (select uuid from owner);
create temporary table edge as
select id from entity_memberships where virtual_entity_id in (select id from node)
union
select id from entity_memberships where member_entity_id in (select id from node);
analyze owner;
analyze node;
analyze edge;

delete from entity_membership_caps where membership_id in (select id from edge);
delete from entity_memberships where id in (select id from edge);
delete from scope_bindings where virtual_entity_id in (select id from node);
delete from scope_bindings where scope_entity_id in (select id from node);
delete from virtual_entities where id in (select id from node);
delete from association_groups_users where user_id in (select uuid from owner);
delete from keypairs where "user" in (select uuid from owner);
delete from users where uuid in (select uuid from owner);
