-- Removes the rows of fill.sql, and the rows that tests added to them.

create temporary table gone as
select unnest(array[
  array(select id from groups where id::text like 'f00000%')::uuid[] ||
  array(select id from vfolders where id::text like 'f00000%')::uuid[] ||
  array(select id from sessions where resource_group_id::text like 'f00000%')::uuid[] ||
  array(select id from endpoints where resource_group like 'fill-%')::uuid[] ||
  array(select id from networks where id::text like 'f00000%')::uuid[] ||
  array(select id from model_cards where id::text like 'f00000%')::uuid[] ||
  array(select id from scaling_groups where id::text like 'f00000%')::uuid[] ||
  array(select uuid from agents where uuid::text like 'f00000%')::uuid[] ||
  array(select id from container_registries where id::text like 'f00000%')::uuid[] ||
  array(select id from images where id::text like 'f00000%')::uuid[] ||
  array(select id from resource_presets where id::text like 'f00000%')::uuid[] ||
  array(select id from huggingface_registries where id::text like 'f00000%')::uuid[] ||
  array(select id from artifacts where id::text like 'f00000%')::uuid[]]) as id;

delete from entity_shares where id::text like 'f00000%';
delete from virtual_entities where entity_id in (select id from gone); -- its edges go with it
drop table gone;

delete from audit_logs where id::text like 'f00000%';
delete from networks where id::text like 'f00000%';
delete from model_cards where id::text like 'f00000%';
delete from resource_presets where id::text like 'f00000%';
update sessions set replica_id = null where id::text like 'f00000%';
delete from routings where endpoint in (select id from endpoints where resource_group like 'fill-%');
delete from endpoints where resource_group like 'fill-%'; -- revisions, groups, tokens and rules go with it
delete from session_groups where id::text like 'f00000%';
delete from runtime_variants where id::text like 'f00000%';
delete from kernels where resource_group_id::text like 'f00000%';
delete from session_dependencies where session_id::text like 'f00000%';
delete from sessions where resource_group_id::text like 'f00000%';
delete from vfolder_attachment where vfolder::text like 'f00000%';
delete from vfolders where id::text like 'f00000%';
delete from association_groups_users where group_id::text like 'f00000%';
delete from groups where id::text like 'f00000%';
delete from image_aliases where image::text like 'f00000%';
delete from images where registry_id::text like 'f00000%';
delete from association_container_registries_groups where registry_id::text like 'f00000%';
delete from container_registries where id::text like 'f00000%';
delete from artifact_revisions where artifact_id::text like 'f00000%';
delete from artifacts where id::text like 'f00000%';
delete from artifact_registries where registry_id::text like 'f00000%';
delete from huggingface_registries where id::text like 'f00000%';
delete from agent_installed_images where agent_id like 'i-fill-%';
delete from agents where id like 'i-fill-%';
delete from sgroups_for_domains where resource_group_id::text like 'f00000%';
delete from sgroups_for_groups where resource_group_id::text like 'f00000%';
delete from sgroups_for_keypairs where resource_group_id::text like 'f00000%';
delete from scaling_groups where id::text like 'f00000%';
update domains set allowed_docker_registries = '{}' where name = 'default';
delete from resource_slot_types where slot_name in ('cpu', 'mem', 'cuda.shares');

-- Domains that tests of the v2 API deleted: no operation removes the project that is made with a domain.
delete from groups where domain_name like 'v2-domain-%';
delete from domains where name like 'v2-domain-%';
