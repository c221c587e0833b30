//! The columns that each list of a manager 26.9 can be filtered and ordered by.
//!
//! The schema does not tell them. They were read in the manager's source, and each was asked for at
//! a real one: what fails there is left out, such as `is_active` of users, and
//! all columns of `model_cards`. One module for each list,
//! by the name of the query's field.

use crate::filter::{
    Choice, Code, Column, Flag, Id, List, ListColumn, Number, Text, Texts, Time, Variant, Word,
};

macro_rules! lists {
    ($($list:ident { $($constant:ident $name:literal $kind:ident $filter:literal $order:literal,)* })*) => {
        $(
            #[doc = concat!("Columns of `", stringify!($list), "`.")]
            pub mod $list {
                use super::{Column, ListColumn, Variant};

                $(
                    #[doc = concat!("`", $name, "`.")]
                    pub const $constant: Column<super::$kind, $filter, $order> = Column::new($name);
                )*

                pub(super) const ALL: &[ListColumn] = &[
                    $(ListColumn {
                        name: $name,
                        holds: Variant::$kind,
                        filter: $filter,
                        order: $order,
                    },)*
                ];
            }
        )*

        /// All lists, by name.
        pub const LISTS: &[List] = &[
            $(List { name: stringify!($list), columns: $list::ALL },)*
        ];
    };
}

// constant, name, what it holds, whether a filter and whether an order may name it
lists! {
    agent_list {
        ADDR "addr" Text true false,
        FIRST_CONTACT "first_contact" Time true true,
        ID "id" Text true true,
        LOST_AT "lost_at" Time true true,
        REGION "region" Text true true,
        SCALING_GROUP "scaling_group" Text true true,
        SCHEDULABLE "schedulable" Flag true true,
        STATUS "status" Code true true,
        STATUS_CHANGED "status_changed" Time true true,
        VERSION "version" Text true true,
    }
    agent_nodes {
        ADDR "addr" Text true false,
        FIRST_CONTACT "first_contact" Time true true,
        ID "id" Text true true,
        LOST_AT "lost_at" Time true true,
        REGION "region" Text true true,
        SCALING_GROUP "scaling_group" Text true true,
        SCHEDULABLE "schedulable" Flag true true,
        STATUS "status" Code true true,
        STATUS_CHANGED "status_changed" Time true true,
        VERSION "version" Text true true,
    }
    agent_summary_list {
        ID "id" Text true true,
        SCALING_GROUP "scaling_group" Text true true,
        SCHEDULABLE "schedulable" Flag true true,
        STATUS "status" Code true true,
    }
    audit_log_nodes {
        ACTION_ID "action_id" Id true true,
        CREATED_AT "created_at" Time true true,
        DESCRIPTION "description" Text true true,
        DURATION "duration" Code true true,
        ENTITY_ID "entity_id" Text true true,
        ENTITY_TYPE "entity_type" Text true true,
        OPERATION "operation" Text true true,
        REQUEST_ID "request_id" Text true true,
        STATUS "status" Word true true,
        TRIGGERED_BY "triggered_by" Text true true,
    }
    compute_container_list {
        AGENT "agent" Text true true,
        AGENT_ADDR "agent_addr" Text true true,
        ARCHITECTURE "architecture" Text true true,
        CLUSTER_HOSTNAME "cluster_hostname" Text true true,
        CLUSTER_IDX "cluster_idx" Number true true,
        CLUSTER_ROLE "cluster_role" Text true true,
        CREATED_AT "created_at" Time true true,
        IMAGE "image" Text true true,
        LOCAL_RANK "local_rank" Number true true,
        SCHEDULED_AT "scheduled_at" Time false true,
        STATUS "status" Word true true,
        STATUS_CHANGED "status_changed" Time true true,
        STATUS_INFO "status_info" Text true true,
        TERMINATED_AT "terminated_at" Time true true,
    }
    compute_session_list {
        ACCESS_KEY "access_key" Text true true,
        AGENT_IDS "agent_ids" Texts true true,
        CLUSTER_MODE "cluster_mode" Word true true,
        CLUSTER_SIZE "cluster_size" Number true true,
        CREATED_AT "created_at" Time true true,
        DOMAIN_NAME "domain_name" Text true true,
        FULL_NAME "full_name" Text true true,
        ID "id" Id true true,
        IMAGE "image" Texts true true,
        NAME "name" Text true true,
        PRIORITY "priority" Number true true,
        RESULT "result" Word true true,
        SCALING_GROUP "scaling_group" Text true true,
        SCHEDULED_AT "scheduled_at" Time false true,
        STARTS_AT "starts_at" Time true true,
        STARTUP_COMMAND "startup_command" Text true false,
        STATUS "status" Word true true,
        STATUS_INFO "status_info" Text true true,
        TERMINATED_AT "terminated_at" Time true true,
        TYPE "type" Word true true,
        USER_EMAIL "user_email" Text true true,
        USER_ID "user_id" Id true true,
    }
    compute_session_nodes {
        ACCESS_KEY "access_key" Text true true,
        AGENT_IDS "agent_ids" Texts true true,
        CLUSTER_MODE "cluster_mode" Word true true,
        CLUSTER_SIZE "cluster_size" Number true true,
        CREATED_AT "created_at" Time true true,
        DOMAIN_NAME "domain_name" Text true true,
        FULL_NAME "full_name" Text true false,
        GROUP_NAME "group_name" Text true false,
        ID "id" Id true true,
        IMAGE "image" Texts true true,
        NAME "name" Text true true,
        PRIORITY "priority" Number true true,
        PROJECT_ID "project_id" Id true true,
        RESULT "result" Word true true,
        SCALING_GROUP "scaling_group" Text true true,
        SCHEDULED_AT "scheduled_at" Time false true,
        STARTS_AT "starts_at" Time true true,
        STARTUP_COMMAND "startup_command" Text true false,
        STATUS "status" Word true true,
        STATUS_INFO "status_info" Text true true,
        TERMINATED_AT "terminated_at" Time true true,
        TYPE "type" Word true true,
        USER_EMAIL "user_email" Text true false,
        USER_ID "user_id" Id true true,
    }
    container_registry_nodes {
        REGISTRY_NAME "registry_name" Text true true,
        ROW_ID "row_id" Id true true,
    }
    domain_nodes {
        CREATED_AT "created_at" Time true true,
        ID "id" Id true true,
        IS_ACTIVE "is_active" Flag true true,
        MODIFIED_AT "modified_at" Time true true,
        NAME "name" Text true true,
        ROW_ID "row_id" Id true true,
    }
    endpoint_list {
        CREATED_AT "created_at" Time true true,
        CREATED_USER_EMAIL "created_user_email" Text true true,
        DESTROYED_AT "destroyed_at" Time true true,
        DOMAIN "domain" Text true true,
        ENDPOINT_ID "endpoint_id" Id true true,
        LIFECYCLE_STAGE "lifecycle_stage" Word true true,
        NAME "name" Text true true,
        OPEN_TO_PUBLIC "open_to_public" Flag true true,
        PROJECT "project" Id true true,
        REPLICAS "replicas" Number true true,
        RESOURCE_GROUP "resource_group" Text true true,
        RETRIES "retries" Number true true,
        URL "url" Text true true,
    }
    group_nodes {
        CREATED_AT "created_at" Time true true,
        DOMAIN_NAME "domain_name" Text true true,
        ID "id" Id true true,
        IS_ACTIVE "is_active" Flag true true,
        MODIFIED_AT "modified_at" Time true true,
        NAME "name" Text true true,
        RESOURCE_POLICY "resource_policy" Text true true,
        TYPE "type" Choice true false,
    }
    image_nodes {
        ACCELERATORS "accelerators" Text true true,
        ARCHITECTURE "architecture" Text true true,
        BASE_IMAGE_NAME "base_image_name" Text true true,
        CREATED_AT "created_at" Time true true,
        ID "id" Id true true,
        IMAGE "image" Text true true,
        IS_LOCAL "is_local" Flag true true,
        NAME "name" Text true true,
        NAMESPACE "namespace" Text true true,
        PROJECT "project" Text true true,
        REGISTRY "registry" Text true true,
        REGISTRY_ID "registry_id" Id true true,
        STATUS "status" Choice true true,
        TAG "tag" Text true true,
        TYPE "type" Choice true false,
    }
    keypair_list {
        ACCESS_KEY "access_key" Text true true,
        CREATED_AT "created_at" Time true true,
        EMAIL "email" Text true true,
        FULL_NAME "full_name" Text true true,
        IS_ACTIVE "is_active" Flag true true,
        IS_ADMIN "is_admin" Flag true true,
        LAST_USED "last_used" Time true true,
        NUM_QUERIES "num_queries" Number true true,
        PROJECTS "projects" Text true true,
        RATE_LIMIT "rate_limit" Number true true,
        RESOURCE_POLICY "resource_policy" Text true true,
        SSH_PUBLIC_KEY "ssh_public_key" Text true false,
        USER_ID "user_id" Id true false,
    }
    networks {
        CREATED_AT "created_at" Time true true,
        DOMAIN_NAME "domain_name" Text true true,
        DRIVER "driver" Text true true,
        ID "id" Id true true,
        NAME "name" Text true true,
        PROJECT "project" Id true true,
        REF_NAME "ref_name" Text true true,
        UPDATED_AT "updated_at" Time true true,
    }
    resource_presets {
        ID "id" Id true true,
        NAME "name" Text true true,
        SCALING_GROUP_NAME "scaling_group_name" Text true true,
    }
    user_list {
        CREATED_AT "created_at" Time true true,
        DESCRIPTION "description" Text true false,
        DOMAIN_NAME "domain_name" Text true true,
        EMAIL "email" Text true true,
        FULL_NAME "full_name" Text true true,
        MAIN_ACCESS_KEY "main_access_key" Text true true,
        MODIFIED_AT "modified_at" Time true true,
        NEED_PASSWORD_CHANGE "need_password_change" Flag true true,
        RESOURCE_POLICY "resource_policy" Text true true,
        ROLE "role" Word true true,
        STATUS "status" Word true true,
        STATUS_INFO "status_info" Text true true,
        SUDO_SESSION_ENABLED "sudo_session_enabled" Flag true true,
        TOTP_ACTIVATED "totp_activated" Flag true true,
        TOTP_ACTIVATED_AT "totp_activated_at" Time true true,
        USERNAME "username" Text true true,
        UUID "uuid" Id true true,
    }
    user_nodes {
        CREATED_AT "created_at" Time true true,
        DESCRIPTION "description" Text true false,
        DOMAIN_NAME "domain_name" Text true true,
        EMAIL "email" Text true true,
        FULL_NAME "full_name" Text true true,
        MAIN_ACCESS_KEY "main_access_key" Text true true,
        MODIFIED_AT "modified_at" Time true true,
        NEED_PASSWORD_CHANGE "need_password_change" Flag true true,
        RESOURCE_POLICY "resource_policy" Text true true,
        ROLE "role" Word true true,
        STATUS "status" Word true true,
        STATUS_INFO "status_info" Text true true,
        SUDO_SESSION_ENABLED "sudo_session_enabled" Flag true true,
        TOTP_ACTIVATED "totp_activated" Flag true true,
        TOTP_ACTIVATED_AT "totp_activated_at" Time true true,
        USERNAME "username" Text true true,
        UUID "uuid" Id true true,
    }
    vfolder_invited_list {
        CLONEABLE "cloneable" Flag true true,
        CREATED_AT "created_at" Time true true,
        CREATOR "creator" Text true true,
        CUR_SIZE "cur_size" Number false true,
        DOMAIN_NAME "domain_name" Text true false,
        GROUP "group" Id true true,
        HOST "host" Text true true,
        ID "id" Id true true,
        LAST_USED "last_used" Time true true,
        MAX_FILES "max_files" Number true true,
        MAX_SIZE "max_size" Number true true,
        NAME "name" Text true true,
        OWNERSHIP_TYPE "ownership_type" Word true true,
        PERMISSION "permission" Word true true,
        QUOTA_SCOPE_ID "quota_scope_id" Text true true,
        STATUS "status" Word true true,
        UNMANAGED_PATH "unmanaged_path" Text true false,
        USAGE_MODE "usage_mode" Word true true,
        USER "user" Id true true,
        USER_EMAIL "user_email" Text true true,
    }
    vfolder_list {
        CLONEABLE "cloneable" Flag true true,
        CREATED_AT "created_at" Time true true,
        CREATOR "creator" Text true true,
        CUR_SIZE "cur_size" Number false true,
        DOMAIN_NAME "domain_name" Text true false,
        GROUP "group" Id true true,
        GROUP_NAME "group_name" Text true true,
        HOST "host" Text true true,
        ID "id" Id true true,
        LAST_USED "last_used" Time true true,
        MAX_FILES "max_files" Number true true,
        MAX_SIZE "max_size" Number true true,
        NAME "name" Text true true,
        OWNERSHIP_TYPE "ownership_type" Word true true,
        PERMISSION "permission" Word true true,
        QUOTA_SCOPE_ID "quota_scope_id" Text true true,
        STATUS "status" Word true true,
        UNMANAGED_PATH "unmanaged_path" Text true false,
        USAGE_MODE "usage_mode" Word true true,
        USER "user" Id true true,
        USER_EMAIL "user_email" Text true true,
    }
    vfolder_nodes {
        CLONEABLE "cloneable" Flag true true,
        CREATED_AT "created_at" Time true true,
        CREATOR "creator" Text true true,
        CUR_SIZE "cur_size" Number false true,
        GROUP "group" Id true true,
        HOST "host" Text true true,
        ID "id" Id true true,
        LAST_USED "last_used" Time true true,
        MAX_FILES "max_files" Number true true,
        MAX_SIZE "max_size" Number true true,
        NAME "name" Text true true,
        OWNERSHIP_TYPE "ownership_type" Word true true,
        PERMISSION "permission" Word true true,
        QUOTA_SCOPE_ID "quota_scope_id" Text true true,
        STATUS "status" Word true true,
        UNMANAGED_PATH "unmanaged_path" Text true false,
        USAGE_MODE "usage_mode" Word true true,
        USER "user" Id true true,
    }
    vfolder_own_list {
        CLONEABLE "cloneable" Flag true true,
        CREATED_AT "created_at" Time true true,
        CREATOR "creator" Text true true,
        CUR_SIZE "cur_size" Number false true,
        DOMAIN_NAME "domain_name" Text true false,
        GROUP "group" Id true true,
        GROUP_NAME "group_name" Text true true,
        HOST "host" Text true true,
        ID "id" Id true true,
        LAST_USED "last_used" Time true true,
        MAX_FILES "max_files" Number true true,
        MAX_SIZE "max_size" Number true true,
        NAME "name" Text true true,
        OWNERSHIP_TYPE "ownership_type" Word true true,
        PERMISSION "permission" Word true true,
        QUOTA_SCOPE_ID "quota_scope_id" Text true true,
        STATUS "status" Word true true,
        UNMANAGED_PATH "unmanaged_path" Text true false,
        USAGE_MODE "usage_mode" Word true true,
        USER "user" Id true true,
        USER_EMAIL "user_email" Text true true,
    }
    vfolder_permission_list {
        PERMISSION "permission" Word true true,
        USER "user" Id true true,
        USER_EMAIL "user_email" Text true true,
        VFOLDER "vfolder" Id true true,
        VFOLDER_NAME "vfolder_name" Text true true,
    }
    vfolder_project_list {
        CLONEABLE "cloneable" Flag true true,
        CREATED_AT "created_at" Time true true,
        CREATOR "creator" Text true true,
        CUR_SIZE "cur_size" Number false true,
        DOMAIN_NAME "domain_name" Text true false,
        GROUP "group" Id true true,
        GROUP_NAME "group_name" Text true true,
        HOST "host" Text true true,
        ID "id" Id true true,
        LAST_USED "last_used" Time true true,
        MAX_FILES "max_files" Number true true,
        MAX_SIZE "max_size" Number true true,
        NAME "name" Text true true,
        OWNERSHIP_TYPE "ownership_type" Word true true,
        PERMISSION "permission" Word true true,
        QUOTA_SCOPE_ID "quota_scope_id" Text true true,
        STATUS "status" Word true true,
        UNMANAGED_PATH "unmanaged_path" Text true false,
        USAGE_MODE "usage_mode" Word true true,
        USER "user" Id true true,
    }
}
