//! What cannot work on a manager without agents, storage proxies and Prometheus, and why.

const PROXY: &str = "needs a storage proxy";
const PROMETHEUS: &str = "needs Prometheus";
const SETTING: &str = "needs a registry of artifacts in the manager's settings";
const LOGIN: &str = "needs a session of the webserver";

/// Operations and why the superadmin gets an error.
const REASONS: &[(&str, &str)] = &[
    ("AdminPreviewPrometheusQueryPreset", PROMETHEUS),
    ("PrometheusQueryPresetResult", PROMETHEUS),
    ("ComputeSchedule", "needs an agent"),
    ("DefaultArtifactRegistry", SETTING),
    ("ScanArtifacts", SETTING),
    ("ScanArtifactModels", SETTING),
    ("DelegateScanArtifacts", SETTING),
    ("ImportArtifacts", SETTING),
    ("DelegateImportArtifacts", SETTING),
    ("CleanupArtifactRevisions", SETTING),
    ("GetPresignedDownloadUrl", SETTING),
    ("GetPresignedUploadUrl", SETTING),
    ("AdminRevokeLoginSession", LOGIN),
    ("MyRevokeLoginSession", LOGIN),
    ("CreateAccessToken", "needs an app proxy"),
    ("CreateVfolder", PROXY),
    ("CreateVfolderInProject", PROXY),
    ("VfolderListFiles", PROXY),
    ("VfolderMkdir", PROXY),
    ("VfolderMoveFile", PROXY),
    ("VfolderDeleteFiles", PROXY),
    ("VfolderCreateUploadSession", PROXY),
    ("VfolderCreateDownloadSession", PROXY),
    ("CloneVfolder", PROXY),
    ("PurgeVfolder", PROXY),
    ("BulkPurgeVfolders", PROXY),
];

/// Mutations whose effect no query shows.
const UNSEEN: &[&str] = &[
    // They act on replicas, of which there are none.
    "SyncReplicas",
    "AdminRefreshDeploymentRevisions",
    // They send a message.
    "AdminValidateNotificationChannel",
    "AdminValidateNotificationRule",
    "ValidateNotificationChannel",
    "ValidateNotificationRule",
    // There is nothing to unblock, and no file of a model card.
    "AdminUnblockUser",
    "ScanProjectModelCards",
    // The field fails.
    "UpdateDeploymentPolicy",
    // No field has it.
    "ExcludeSessionIdleChecks",
    "IncludeSessionIdleChecks",
];

/// Returns why an operation cannot work.
pub(super) fn of(name: &str) -> Option<&'static str> {
    REASONS.iter().find(|(other, _)| *other == name).map(|(_, reason)| *reason)
}

/// Queries of histories that other programs or the manager's background tasks write, so that it depends on the time
/// and on what ran before whether there are rows.
const WRITTEN_BY_OTHERS: &[&str] = &[
    // Logins through a webserver.
    "AdminLoginHistory",
    "MyLoginHistory",
    // Background tasks.
    "DeploymentScopedSchedulingHistories",
    "AdminRouteHistories",
    "RouteHistories",
];

/// Whether others than this test write the rows.
pub(super) fn is_written_by_others(name: &str) -> bool {
    WRITTEN_BY_OTHERS.contains(&name)
}

/// Whether no query shows the effect of a mutation.
pub(super) fn unseen(name: &str) -> bool {
    UNSEEN.contains(&name)
}
