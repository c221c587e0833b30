-- Rows of a manager with agents, storage and registries: for each kind one row with a value in every column
-- and one with null wherever null is allowed. The ids are fixed and begin with `f0`. Sessions and endpoints
-- stay in states that the manager's own loops do not change, and no agent is ALIVE: the manager would call it
-- to query its hardware. Run after fill-clear.sql and before fill-relations.sql, in one transaction with
-- them.

create temporary table people as
select substring(email from '^[^@]+') as name, uuid, domain_name, domain_id from users where email like '%@tests.invalid';

create function pg_temp.fill_id(kind int, number int) returns uuid language sql immutable as
$$ select ('f0' || lpad(to_hex(kind), 6, '0') || '-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;

create function pg_temp.person(wanted text) returns uuid language sql stable as
$$ select uuid from people where name = wanted $$;

insert into resource_slot_types (slot_name, slot_type, required, display_name, description, display_unit,
                                 display_icon, number_format, rank)
values ('cpu', 'count', true, 'CPU', 'CPU cores', 'Core', 'cpu', '{"binary": false, "round_length": 0}', 1),
       ('mem', 'bytes', true, 'RAM', 'Memory', 'GiB', 'mem', '{"binary": true, "round_length": 0}', 2),
       ('cuda.shares', 'count', false, 'fGPU', 'Shares of CUDA GPUs', 'fGPU', 'gpu1', '{"binary": false, "round_length": 2}', 3)
on conflict do nothing;

insert into scaling_groups (name, id, description, is_active, is_public, is_default, wsproxy_addr, wsproxy_api_token,
                            driver, driver_opts, scheduler, use_host_network, scheduler_opts, fair_share_spec,
                            default_deployment_options, default_session_options, created_at)
select 'fill-gpu', pg_temp.fill_id(1, 1), 'GPU servers of the tests', true, true, false, 'http://127.0.0.1:10200',
       'fill-token', driver, '{"region": "test"}'::jsonb, 'fifo', false, scheduler_opts, fair_share_spec,
       default_deployment_options, default_session_options, timestamptz '2024-02-01 01:02:03.456789Z'
from scaling_groups where name = 'default'
union all
select 'fill-bare', pg_temp.fill_id(1, 2), null, false, false, false, null, null, driver, '{}'::jsonb, 'drf', true,
       scheduler_opts, null, default_deployment_options, default_session_options, timestamptz '2024-02-02Z'
from scaling_groups where name = 'default';

insert into groups (id, name, description, is_active, integration_id, domain_name, total_resource_slots,
                    allowed_vfolder_hosts, dotfiles, resource_policy, type, container_registry, created_at)
values (pg_temp.fill_id(22, 1), 'fill-models', 'Models of the tests', true, 'fill-integration', 'default', '{"cpu": "16"}',
        '{"local:volume1": ["mount-in-session"]}', '\x90', 'default', 'model-store',
        '{"registry": "fill.registry", "project": "stable"}', '2024-02-03Z'),
       (pg_temp.fill_id(22, 2), 'fill-bare', null, null, null, 'default', '{}', '{}', '\x90', 'default', 'general', null,
        '2024-02-04Z');

insert into sgroups_for_domains (resource_group_id, domain_id)
select pg_temp.fill_id(1, 1), id from domains where name = 'default';
insert into sgroups_for_groups (resource_group_id, "group")
select pg_temp.fill_id(1, 1), id from groups where name = 'default' and domain_name = 'default';
insert into sgroups_for_keypairs (resource_group_id, access_key)
values (pg_temp.fill_id(1, 1), 'TESTUSER000000000000');

insert into agents (uuid, id, status, status_changed, region, scaling_group, resource_group_id, schedulable, addr,
                    public_host, public_key, first_contact, lost_at, version, architecture, compute_plugins,
                    auto_terminate_abusing_kernel)
values (pg_temp.fill_id(5, 1), 'i-fill-gpu', 'RESTARTING', '2024-03-01 00:00:00.5Z', 'test', 'fill-gpu',
        pg_temp.fill_id(1, 1), true, 'tcp://127.0.0.1:6001', '127.0.0.1', 'fill-public-key', '2024-03-01Z',
        '2024-03-02Z', '26.9.6', 'x86_64', '{"cpu": {"version": "26.9.6"}, "cuda": {"version": "26.9.6"}}', true),
       (pg_temp.fill_id(5, 2), 'i-fill-bare', 'LOST', null, 'test', 'fill-gpu', pg_temp.fill_id(1, 1), false,
        'tcp://127.0.0.1:6002', null, null, null, null, '26.9.6', 'aarch64', '{}', false);

insert into agent_resources (agent_id, agent_uuid, slot_name, capacity, used)
values ('i-fill-gpu', pg_temp.fill_id(5, 1), 'cpu', 32, 4),
       ('i-fill-gpu', pg_temp.fill_id(5, 1), 'mem', 137438953472, 4294967296),
       ('i-fill-gpu', pg_temp.fill_id(5, 1), 'cuda.shares', 8, 0.5);

insert into container_registries (id, url, registry_name, type, project, username, password, ssl_verify, is_global, extra)
values (pg_temp.fill_id(2, 1), 'http://127.0.0.1:9', 'fill.registry', 'harbor2', 'stable', 'fill-user',
        'fill-password', true, true, '{"note": "of the tests"}'),
       (pg_temp.fill_id(2, 2), 'http://127.0.0.1:9', 'fill.bare', 'docker', null, null, null, null, false, null);

insert into association_container_registries_groups (registry_id, group_id)
select pg_temp.fill_id(2, 2), id from groups where name = 'default' and domain_name = 'default';

update domains set allowed_docker_registries = array['fill.registry', 'fill.bare'] where name = 'default';

insert into images (id, name, project, image, tag, registry, registry_id, architecture, config_digest, size_bytes,
                    is_local, type, accelerators, labels, customized, creator_id, resources, status, last_used_at, created_at)
values (pg_temp.fill_id(3, 1), 'fill.registry/stable/python:3.13-ubuntu24.04', 'stable', 'stable/python',
        '3.13-ubuntu24.04', 'fill.registry', pg_temp.fill_id(2, 1), 'x86_64', 'sha256:' || repeat('1', 64), 1234567890,
        false, 'COMPUTE', 'cuda', '{"ai.backend.role": "COMPUTE", "ai.backend.base-distro": "ubuntu24.04",
          "ai.backend.resource.min.cpu": "1", "ai.backend.resource.min.mem": "256m",
          "ai.backend.features": "query batch", "ai.backend.kernelspec": "1",
          "ai.backend.runtime-type": "python", "ai.backend.runtime-path": "/usr/bin/python"}',
        false, null, '{"cpu": {"min": "2", "max": null}, "mem": {"min": "512m", "max": "4g"}}', 'ALIVE',
        '2024-04-02Z', '2024-04-01 01:02:03.456789Z'),
       (pg_temp.fill_id(3, 2), 'fill.bare/tool', null, 'tool', null, 'fill.bare', pg_temp.fill_id(2, 2), 'aarch64',
        'sha256:' || repeat('2', 64), 0, true, 'SYSTEM', null, '{}', false, null, '{}', 'ALIVE', '2024-04-03Z',
        '2024-04-03Z'),
       (pg_temp.fill_id(3, 3), 'fill.registry/stable/python:3.13-customized_1', 'stable', 'stable/python',
        '3.13-customized_1', 'fill.registry', pg_temp.fill_id(2, 1), 'x86_64', 'sha256:' || repeat('3', 64), 2345678901,
        false, 'COMPUTE', null, json_build_object(
          'ai.backend.role', 'COMPUTE', 'ai.backend.kernelspec', '1', 'ai.backend.customized-image.name', 'mine',
          'ai.backend.customized-image.user.email', 'user@tests.invalid',
          'ai.backend.customized-image.owner', 'user:' || pg_temp.person('user'),
          'ai.backend.resource.min.cpu', '1', 'ai.backend.resource.min.mem', '128m'),
        true, pg_temp.person('user'), '{}', 'ALIVE', '2024-04-05Z', '2024-04-04Z'),
       (pg_temp.fill_id(3, 4), 'fill.registry/stable/old:1', 'stable', 'stable/old', '1', 'fill.registry',
        pg_temp.fill_id(2, 1), 'x86_64', 'sha256:' || repeat('4', 64), 1, false, 'SERVICE', null, '{}', false, null, '{}',
        'DELETED', '2024-04-06Z', '2024-04-06Z');

insert into image_aliases (id, alias, image) values (pg_temp.fill_id(4, 1), 'fill-python', pg_temp.fill_id(3, 1));

insert into vfolders (id, host, domain_name, quota_scope_id, name, usage_mode, default_mount_permission, max_files,
                      max_size, num_files, cur_size, last_used, creator, creator_id, unmanaged_path, ownership_type,
                      "user", "group", cloneable, status, status_history, status_changed, created_at)
select pg_temp.fill_id(8, 1), 'local:volume1', 'default', 'user:' || uuid, 'fill-data', 'data'::vfolderusagemode, 'rw', 1000, 4096,
       12, 345, timestamptz '2024-05-03Z', 'user@tests.invalid', uuid, null, 'user'::vfolderownershiptype, uuid, null::uuid, true, 'ready',
       '{"ready": "2024-05-01T00:00:00"}'::jsonb, timestamptz '2024-05-02Z', timestamptz '2024-05-01 01:02:03.456789Z'
from people where name = 'user'
union all
select pg_temp.fill_id(8, 2), 'local:volume1', 'default', 'project:' || g.id, 'fill-shared', 'general', 'ro', null, null, null,
       null, null, null, null, null, 'group', null, g.id, false, 'ready', null, null, timestamptz '2024-05-04Z'
from groups g where g.name = 'default' and g.domain_name = 'default'
union all
select pg_temp.fill_id(8, 3), 'local:volume1', 'default', 'user:' || uuid, 'fill-model', 'model', 'ro', 0, null, 3, 9, null,
       'domain-admin@tests.invalid', uuid, '/mnt/fill', 'user', uuid, null, false, 'ready', null, null, timestamptz '2024-05-05Z'
from people where name = 'domain-admin'
union all
select pg_temp.fill_id(8, 4), 'local:volume1', 'default', 'project:' || pg_temp.fill_id(22, 1), 'fill-store', 'model', 'ro', 0, null, 0,
       0, null, 'domain-admin@tests.invalid', uuid, null, 'group', null, pg_temp.fill_id(22, 1), true, 'ready', null, null,
       timestamptz '2024-05-09Z'
from people where name = 'domain-admin';

insert into sessions (id, creation_id, name, session_type, priority, is_preemptible, job_priority, cluster_mode,
                      cluster_size, options, agent_ids, designated_agent_ids, resource_group_id, scaling_group_name,
                      target_sgroup_names, domain_name, domain_id, group_id, user_uuid, access_key, images, image_ids,
                      tag, vfolder_mounts, environ, bootstrap_script, use_host_network, timeout, batch_timeout,
                      terminated_at, starts_at, requested_starts_at, status, status_info, status_data, status_history,
                      callback_url, startup_command, result, num_queries, last_stat, network_type, network_id, created_at)
select pg_temp.fill_id(6, 1), 'fillcreation1', 'fill-session', 'BATCH', 10, true, 0, 'SINGLE_NODE', 1, '{}'::jsonb,
       array['i-fill-gpu'], array['i-fill-gpu'], pg_temp.fill_id(1, 1), 'fill-gpu', array['fill-gpu'], 'default',
       p.domain_id, g.id, p.uuid, 'TESTUSER000000000000', array['fill.registry/stable/python:3.13-ubuntu24.04'],
       array[pg_temp.fill_id(3, 1)], 'fill', jsonb_build_array(jsonb_build_object(
         'name', 'fill-data', 'vfid', 'user:' || p.uuid || '/f0000008000040008000000000000001', 'vfsubpath', '.',
         'host_path', '/mnt/volume1/fill', 'kernel_path', '/home/work/fill-data', 'mount_perm', 'rw', 'usage_mode', 'data')),
       '{"LANG": "C.UTF-8"}'::jsonb, 'echo hello', false, 600, 3600, timestamptz '2024-06-01 02:00Z',
       timestamptz '2024-06-01 01:03Z', timestamptz '2024-06-01 01:02Z', 'TERMINATED', 'user-requested',
       '{"kernel": {"exit_code": 0}, "session": {"status": "terminating"}}'::jsonb,
       '{"PENDING": "2024-06-01T01:02:03.456789+00:00", "SCHEDULED": "2024-06-01T01:02:30+00:00",
         "RUNNING": "2024-06-01T01:03:00+00:00", "TERMINATED": "2024-06-01T02:00:00+00:00"}'::jsonb,
       'http://127.0.0.1:9/callback', 'python main.py', 'SUCCESS', 3,
       '{"cpu_used": {"current": "1.5", "capacity": null, "pct": "0.00"}}'::jsonb, 'volatile', 'fill-network',
       timestamptz '2024-06-01 01:02:03.456789Z'
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default'
union all
select pg_temp.fill_id(6, 2), null, null, 'INTERACTIVE', 0, false, 1, 'MULTI_NODE', 2, '{}', null, null,
       pg_temp.fill_id(1, 1), 'fill-gpu', null, 'default', p.domain_id, g.id, p.uuid, null, null, null, null, null, null,
       null, true, null, null, null, null, null, 'CANCELLED', null, null, null, null, null, 'UNDEFINED', null, null, null,
       null, timestamptz '2024-06-02Z'
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default'
union all
select pg_temp.fill_id(6, 3), 'fillcreation3', 'fill-running', 'INTERACTIVE', 10, true, 0, 'SINGLE_NODE', 1, '{}',
       array['i-fill-gpu'], null, pg_temp.fill_id(1, 1), 'fill-gpu', null, 'default', p.domain_id, g.id, p.uuid,
       'TESTUSER000000000000', array['fill.registry/stable/python:3.13-ubuntu24.04'], array[pg_temp.fill_id(3, 1)], null,
       null, '{}', null, false, null, null, null, timestamptz '2024-06-03 00:01Z', null, 'ERROR', 'fill', null,
       '{"PENDING": "2024-06-03T00:00:00+00:00"}'::jsonb, null, null, 'UNDEFINED', 0, null, null, null, timestamptz '2024-06-03Z'
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default';

insert into session_dependencies (session_id, depends_on) values (pg_temp.fill_id(6, 3), pg_temp.fill_id(6, 1));

insert into kernels (id, session_id, session_creation_id, session_name, session_type, cluster_mode, cluster_size,
                     cluster_role, cluster_idx, local_rank, cluster_hostname, uid, main_gid, gids, scaling_group,
                     resource_group_id, agent, agent_addr, domain_name, group_id, user_uuid, access_key, image, image_id,
                     architecture, registry, tag, container_id, occupied_shares, environ, mounts, mount_map,
                     vfolder_mounts, attached_devices, resource_opts, bootstrap_script, kernel_host, repl_in_port,
                     repl_out_port, stdin_port, stdout_port, service_ports, preopen_ports, use_host_network,
                     terminated_at, starts_at, status, status_changed, status_info, status_data, status_history,
                     callback_url, startup_command, result, internal_data, container_log, num_queries, last_stat,
                     last_seen, last_observed_at, created_at)
select pg_temp.fill_id(7, 1), s.id, s.creation_id, s.name, s.session_type, s.cluster_mode, 1, 'main', 1, 0, 'main1',
       1000, 1000, array[1000, 1001], s.scaling_group_name, s.resource_group_id, 'i-fill-gpu', 'tcp://127.0.0.1:6001',
       s.domain_name, s.group_id, s.user_uuid, s.access_key, s.images[1], s.image_ids[1], 'x86_64', 'fill.registry', 'fill',
       repeat('c', 64), '{}'::jsonb, array['LANG=C.UTF-8'], array['fill-data'], '{"fill-data": "/home/work/fill-data"}'::jsonb, s.vfolder_mounts,
       '{"cuda": [{"device_id": "0", "model_name": "Test GPU"}]}'::jsonb, '{"shmem": "64m"}'::jsonb, s.bootstrap_script, '127.0.0.1', 2000, 2001,
       2002, 2003, '[{"name": "jupyter", "protocol": "http", "container_ports": [8070], "host_ports": [30001], "is_inference": false}]'::jsonb,
       array[8080], false, s.terminated_at, s.starts_at, 'TERMINATED', s.terminated_at, s.status_info, s.status_data,
       s.status_history, s.callback_url, s.startup_command, 'SUCCESS', '{"note": "fill"}'::jsonb, 'hello from the tests'::bytea, 3,
       s.last_stat, s.terminated_at, s.terminated_at, s.created_at
from sessions s where s.id = pg_temp.fill_id(6, 1)
union all
select pg_temp.fill_id(7, n), s.id, null, null, s.session_type, s.cluster_mode, s.cluster_size,
       case n when 3 then 'sub' else 'main' end, case n when 3 then 1 else 1 end, n - 2,
       case n when 3 then 'sub1' else 'main1' end, null, null, null, s.scaling_group_name, s.resource_group_id, null, null,
       s.domain_name, s.group_id, s.user_uuid, null, null, null, null, null, null, null, '{}', null,
       -- For a kernel that has not ended, the manager needs a list, although the column may be null.
       case when n = 4 then array[]::varchar[] end, null, null, null, null, null, null, 0, 0, 0, 0, null, null, true, null, null,
       case when s.status = 'ERROR' then 'ERROR' else 'CANCELLED' end, null, null, null, null, null, null, 'UNDEFINED', null, null, null, null,
       null, null, s.created_at
from (values (2, 2), (3, 2), (4, 3)) as k (n, session), lateral (select * from sessions where id = pg_temp.fill_id(6, k.session)) s;

insert into resource_allocations (kernel_id, slot_name, requested, used, used_at)
values (pg_temp.fill_id(7, 1), 'cpu', 4, 4, '2024-06-01 01:03Z'),
       (pg_temp.fill_id(7, 1), 'mem', 4294967296, 4294967296, '2024-06-01 01:03Z'),
       (pg_temp.fill_id(7, 1), 'cuda.shares', 0.5, 0.5, '2024-06-01 01:03Z'),
       (pg_temp.fill_id(7, 2), 'cpu', 1, null, null);

insert into runtime_variants (id, name, description, default_model_definition)
values (pg_temp.fill_id(20, 1), 'custom', 'Custom (Default)', '{"models": []}'),
       (pg_temp.fill_id(20, 2), 'vllm', null, '{"models": []}')
on conflict do nothing;

insert into session_groups (id, domain_id, project_id, owner_user_id, placement_direction, placement_enforcement)
select pg_temp.fill_id(13, 1), p.domain_id, g.id, p.uuid, 'spread', 'preferred'
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default';

insert into endpoints (id, name, created_user, session_owner, replicas, desired_replicas, domain, project,
                       resource_group, lifecycle_stage, scaling_state, tag, open_to_public, url, retries, created_at,
                       destroyed_at, primary_replica_group_id, options)
select pg_temp.fill_id(10, 1), 'fill-endpoint', p.uuid, p.uuid, 1, 1, 'default', g.id, 'fill-gpu', 'ready', 'stable', 'fill',
       true, 'http://127.0.0.1:9/fill', 2, timestamptz '2024-07-01 01:02:03.456789Z', timestamptz '2024-07-02Z', pg_temp.fill_id(12, 1),
       (select default_deployment_options from scaling_groups where name = 'default')
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default'
union all
select pg_temp.fill_id(10, 2), 'fill-bare', p.uuid, p.uuid, 0, null, 'default', g.id, 'fill-gpu', 'ready', 'stable', null, null,
       null, 0, timestamptz '2024-07-03Z', null, null, (select default_deployment_options from scaling_groups where name = 'default')
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default';

insert into deployment_revisions (id, endpoint, revision_number, image, model, model_definition_path, model_definition,
                                  resource_group, resource_opts, cluster_mode, cluster_size, startup_command,
                                  bootstrap_script, environ, callback_url, runtime_variant_id, extra_mounts)
select pg_temp.fill_id(11, 1), pg_temp.fill_id(10, 1), 1, pg_temp.fill_id(3, 1), pg_temp.fill_id(8, 3), 'model-definition.yaml',
       '{"models": [{"name": "fill", "model_path": "/models"}]}', 'fill-gpu', '{"shmem": "64m"}', 'SINGLE_NODE', 1,
       'serve', 'echo hello', '{"LANG": "C.UTF-8"}', 'http://127.0.0.1:9/callback', id,
       jsonb_build_array(jsonb_build_object('vfolder_id', pg_temp.fill_id(8, 1), 'mount_destination', '/home/work/fill-data', 'mount_perm', 'ro'))
from runtime_variants where name = 'custom';

insert into deployment_revision_resource_slots (revision_id, slot_name, quantity)
values (pg_temp.fill_id(11, 1), 'cpu', 2), (pg_temp.fill_id(11, 1), 'mem', 2147483648);

insert into replica_groups (id, deployment_id, current_revision_id, desired_current_replica_count, session_group_id, rollout)
values (pg_temp.fill_id(12, 1), pg_temp.fill_id(10, 1), pg_temp.fill_id(11, 1), 1, pg_temp.fill_id(13, 1),
        '{"max_surge": {"count": 1}, "max_unavailable": {"count": 0}}');

insert into routings (id, endpoint, session, session_owner, domain, project, status, health_status, weight, traffic_ratio,
                      created_at, error_data, replica_host, replica_port, health_check, revision, replica_group_id,
                      traffic_status, sub_status)
select pg_temp.fill_id(14, 1), pg_temp.fill_id(10, 1), pg_temp.fill_id(6, 1), p.uuid, 'default', g.id, 'terminated', 'healthy', 1, 0.75,
       timestamptz '2024-07-01 02:00:00.5Z', '{"type": "creation_failed", "errors": []}'::jsonb, '127.0.0.1', 8000,
       '{"path": "/health"}'::jsonb, pg_temp.fill_id(11, 1), pg_temp.fill_id(12, 1), 'active', null
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default'
union all
select pg_temp.fill_id(14, 2), pg_temp.fill_id(10, 1), null, p.uuid, 'default', g.id, 'failed_to_start', 'not_checked', null, 0,
       timestamptz '2024-07-01 03:00Z', null, null, null, null, pg_temp.fill_id(11, 1), null, 'inactive', null
from people p, groups g where p.name = 'user' and g.name = 'default' and g.domain_name = 'default';

insert into endpoint_tokens (id, token, endpoint, session_owner, domain, project, expires_at, created_at)
select pg_temp.fill_id(15, n), 'fill-token-' || n, pg_temp.fill_id(10, 1), p.uuid, 'default', g.id,
       case n when 1 then timestamptz '2099-01-01Z' end, timestamptz '2024-07-04Z'
from people p, groups g, generate_series(1, 2) n where p.name = 'user' and g.name = 'default' and g.domain_name = 'default';

-- Far thresholds: no rule ever fires.
insert into endpoint_auto_scaling_rules (id, metric_source, metric_name, min_threshold, max_threshold, step_size,
                                         cooldown_seconds, min_replicas, max_replicas, created_at, last_triggered_at, endpoint)
values (pg_temp.fill_id(16, 1), 'kernel', 'cpu_util', '0.5', '99999', 1, 300, 1, 4, '2024-07-05Z', '2024-07-06Z', pg_temp.fill_id(10, 1)),
       (pg_temp.fill_id(16, 2), 'inference_framework', 'fill_none', null, '99999', 1, 60, null, null, '2024-07-05Z', null, pg_temp.fill_id(10, 1));

insert into resource_presets (id, name, resource_slots, shared_memory, scaling_group_name)
values (pg_temp.fill_id(17, 1), 'fill-large', '{"cpu": "8", "mem": "34359738368", "cuda.shares": "1"}', 1073741824, 'fill-gpu'),
       (pg_temp.fill_id(17, 2), 'fill-small', '{"cpu": "1"}', null, null);

insert into networks (id, name, ref_name, driver, options, project, domain_name, created_at, updated_at)
select pg_temp.fill_id(18, n), 'fill-network-' || n, 'fill-ref-' || n, 'overlay', '{"mtu": 1450}', g.id, 'default',
       timestamptz '2024-08-01Z', timestamptz '2024-08-02Z'
from groups g, generate_series(1, 2) n where g.name = 'default' and g.domain_name = 'default';

insert into audit_logs (id, action_kind, entity_type, operation, action_name, entity_id, created_at, action_id, request_id,
                        triggered_by, description, duration, client_ip, status)
select pg_temp.fill_id(19, 1), null, 'user', 'create', 'user:create', uuid::text, timestamptz '2024-09-01Z', pg_temp.fill_id(25, 1),
       'fill-request', uuid::text, 'A user was made', interval '1.5 seconds', inet '127.0.0.1', 'success'
from people where name = 'superadmin'
union all
select pg_temp.fill_id(19, 2), null, 'session', 'stop', 'session:stop', null, timestamptz '2024-09-02Z', pg_temp.fill_id(25, 2),
       null, null, 'A session was stopped', null, null, 'error';

insert into model_cards (id, name, vfolder, domain, project, creator, author, title, model_version, description, task,
                         category, architecture, framework, label, license, readme, access_level)
select pg_temp.fill_id(21, 1), 'fill-model', pg_temp.fill_id(8, 3), 'default', g.id, p.uuid, 'Somebody', 'Fill', '1.0', 'A model',
       'text-generation', 'LLM', 'transformer', array['pytorch'], array['test'], 'Apache-2.0', '# Fill', 'public'
from people p, groups g where p.name = 'domain-admin' and g.name = 'default' and g.domain_name = 'default';

insert into huggingface_registries (id, url, token) values (pg_temp.fill_id(26, 1), 'http://127.0.0.1:9/', 'fill-token');
insert into artifact_registries (id, name, registry_id, type)
values (pg_temp.fill_id(27, 1), 'fill-models', pg_temp.fill_id(26, 1), 'huggingface');
insert into artifacts (id, type, name, registry_id, registry_type, source_registry_id, source_registry_type, description,
                       readonly, extra, scanned_at, updated_at, availability)
values (pg_temp.fill_id(28, 1), 'MODEL', 'fill/model', pg_temp.fill_id(26, 1), 'huggingface', pg_temp.fill_id(26, 1),
        'huggingface', 'A model', false, '{"note": "fill"}', '2024-10-01Z', '2024-10-02Z', 'ALIVE');
insert into artifact_revisions (id, artifact_id, version, readme, size, digest, status, remote_status, created_at, updated_at)
values (pg_temp.fill_id(29, 1), pg_temp.fill_id(28, 1), 'v1', '# Fill', 5000000000, 'sha256:1', 'NEEDS_APPROVAL', null, '2024-10-01Z',
        '2024-10-02Z'),
       (pg_temp.fill_id(29, 2), pg_temp.fill_id(28, 1), 'v2', null, null, null, 'NEEDS_APPROVAL', null, null, null);
