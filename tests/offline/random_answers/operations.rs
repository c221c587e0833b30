//! Every operation, by the file it is in: for tests that have something to say of each.

/// Calls a macro with every operation that this crate ships.
///
/// `tests/offline/random_answers` proves that none is left out.
macro_rules! every_operation {
    ($call:ident) => {
        $call! {
            acl { ListVfolderHostPermissions }
            agent { PagedAgents ListAgents GetAgent GetAgentContainers PagedVisibleAgents GetVisibleAgent PagedAgentNodes GetAgentNode ModifyAgent RescanGpuAllocMaps }
            audit_log { GetAuditLogSchema PagedAuditLogNodes }
            compute_session { PagedSessions GetSession GetSessionNode GetSessionNodeKernels PagedSessionNodes ListPendingSessions GetTotalResourceSlots PagedLegacySessions GetLegacySession ModifySession CheckAndTransitSessionStatus }
            container { GetComputeContainer PagedComputeContainers }
            container_registry { GetContainerRegistryNode GetContainerRegistryAllowedGroups PagedContainerRegistryNodes PagedContainerRegistryNodeNames GetContainerRegistry ListContainerRegistries CreateContainerRegistryNodeV2 ModifyContainerRegistryNodeV2 DeleteContainerRegistryNodeV2 CreateContainerRegistryNode ModifyContainerRegistryNode DeleteContainerRegistryNode CreateContainerRegistry ModifyContainerRegistry DeleteContainerRegistry CreateContainerRegistryQuota UpdateContainerRegistryQuota DeleteContainerRegistryQuota }
            domain { ListDomains ListDomainNames GetDomain GetDomainNode GetDomainNodeSlots GetDomainNodeScalingGroups PagedDomainNodes PagedDomainNodeNames CreateDomain ModifyDomain DeleteDomain PurgeDomain CreateDomainNode ModifyDomainNode }
            endpoint { PagedEndpoints GetEndpoint ModifyEndpoint PagedRoutings GetRouting PagedEndpointTokens GetEndpointToken PagedAutoScalingRules GetAutoScalingRule CreateAutoScalingRule ModifyAutoScalingRule DeleteAutoScalingRule }
            group { ListGroups ListGroupNames GetGroup GetGroupRegistry GroupsByName GetGroupNode GetGroupRegistryQuota GetGroupNodeUsers PagedGroupNodes CreateGroup ModifyGroup DeleteGroup PurgeGroup }
            image { GetImage ListImages ListImageDetails ListCustomizedImages GetImageNode GetImageInstallation PagedImageNodes RescanImages PreloadImage UnloadImage ModifyImage ClearImageCustomResourceLimit ForgetImageById ForgetImage PurgeImageById UntagImageFromRegistry AliasImage DealiasImage ClearImages PurgeImages }
            keypair { PagedKeyPairs PagedKeyPairsWithSecrets ListKeyPairs ListKeyPairsWithSecrets GetKeyPair GetKeyPairWithSecret PagedKeyPairNames GetKeyPairOwner GetKeyPairBelongings CreateKeyPair ModifyKeyPair DeleteKeyPair }
            metric { GetUserUtilization ListMetricNames }
            model_card { PagedModelCards GetModelCard }
            network { GetNetwork PagedNetworks CreateNetwork ModifyNetwork DeleteNetwork }
            node { GetNode }
            resource_policy { GetKeyPairResourcePolicy ListKeyPairResourcePolicies ListKeyPairResourcePolicyNames GetUserResourcePolicy ListUserResourcePolicies ListUserResourcePolicyNames GetProjectResourcePolicy ListProjectResourcePolicies ListProjectResourcePolicyNames CreateKeyPairResourcePolicy ModifyKeyPairResourcePolicy DeleteKeyPairResourcePolicy CreateUserResourcePolicy ModifyUserResourcePolicy DeleteUserResourcePolicy CreateProjectResourcePolicy ModifyProjectResourcePolicy DeleteProjectResourcePolicy }
            resource_preset { GetResourcePresetByName GetResourcePreset ListResourcePresets ListResourcePresetNames CreateResourcePreset ModifyResourcePreset DeleteResourcePreset }
            scaling_group { GetScalingGroup GetScalingGroupResources GetScalingGroupAgents ListScalingGroups AccessibleScalingGroups ScalingGroupsForDomain ScalingGroupsForUserGroup ScalingGroupsForKeyPair CreateScalingGroup ModifyScalingGroup DeleteScalingGroup AssociateScalingGroupWithDomain AssociateScalingGroupsWithDomain DisassociateScalingGroupWithDomain DisassociateScalingGroupsWithDomain DisassociateAllScalingGroupsWithDomain AssociateScalingGroupWithUserGroup AssociateScalingGroupsWithUserGroup DisassociateScalingGroupWithUserGroup DisassociateScalingGroupsWithUserGroup DisassociateAllScalingGroupsWithGroup AssociateScalingGroupWithKeyPair AssociateScalingGroupsWithKeyPair DisassociateScalingGroupWithKeyPair DisassociateScalingGroupsWithKeyPair }
            service_config { GetAvailableService ListAvailableServices GetServiceConfig ListServiceConfigs ModifyServiceConfig }
            storage { PagedStorageVolumes GetStorageVolume GetQuotaScope SetQuotaScope UnsetQuotaScope }
            user { GetViewer GetUser GetUserById ListUsers PagedUsers PagedUserNames GetUserNode GetUserNodeProjects PagedUserNodes CreateUser ModifyUser DeleteUser PurgeUser }
            vfolder { PagedVfolders PagedOwnVfolders PagedInvitedVfolders PagedProjectVfolders PagedVfolderPermissions ListVfolders GetVfolder GetVfolderNode PagedVfolderNodes }
        }
    };
}
