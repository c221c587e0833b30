//! A short tour of the v2 API: lists with a filter, an order and their pages, the life cycle of a project
//! with a label, and errors.
//!
//! Without configuration it starts an embedded manager. With `BACKEND_ENDPOINT`, `BACKEND_ACCESS_KEY` and
//! `BACKEND_SECRET_KEY` it uses that manager, of version 26.9 or newer; the keys must be those of a
//! superadmin. It deletes what it creates.

use std::env;

use backendai::{Client, Config, MaybeUndefined, Uuid};
use backendai_testing::Manager;
use backendai_v2::{
    entity_label::{EntityLabels, PurgeEntityLabel, UpsertEntityLabel},
    filter::StringFilter,
    project::{
        AdminCreateProject, AdminDeleteProject, AdminPurgeProject, AdminUpdateProject, Project,
    },
    session::AdminSessions,
    types::{
        CreateProjectInput, EntityTarget, SessionV2Filter, SessionV2Status, SessionV2StatusFilter,
        UpdateProjectInput, UpsertEntityLabelInput, UserV2Filter, UserV2OrderBy, UserV2OrderField,
    },
    user::{AdminUsers, MyUser},
};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the output is the purpose of the example")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let embedded = match env::var_os("BACKEND_ENDPOINT") {
        Some(_) => None,
        None => Some(Manager::builder().start().await?),
    };
    let client = match &embedded {
        None => Client::from_env()?,
        Some(manager) => {
            let admin = manager.superadmin();
            let config = Config::builder()
                .endpoint(manager.endpoint())
                .access_key(&admin.access_key)
                .secret_key(admin.secret_key.as_str());
            Client::new(config.build()?)?
        }
    };
    let server = client.negotiate().await?;
    let me = client.send(MyUser::new()).await?.my_user_v2;
    println!("manager {}, signed in as {}", server.manager(), me.basic_info.email);

    let mail = |filter| UserV2Filter::new().email(filter);
    let filter = !(mail(StringFilter::contains("_")) | mail(StringFilter::contains("%")));
    let order = UserV2OrderBy::ascending(UserV2OrderField::CreatedAt);
    let list = AdminUsers::new().filter(filter).order_by(vec![order]);
    let mut users = client.pages(list).page_size(2).items();
    while let Some(user) = users.next().await {
        let user = user?;
        println!("user     {} {:?}", user.basic_info.email, user.status.status);
    }
    let pending = SessionV2StatusFilter::Equals(SessionV2Status::Pending);
    let sessions = AdminSessions::new().filter(SessionV2Filter::new().status(pending)).limit(1);
    println!("pending  {} sessions", client.send(sessions).await?.admin_sessions_v2.count);

    let name = format!("tour-{}", std::process::id());
    let input = CreateProjectInput::new(&name, "default").resource_policy("default");
    let project =
        client.send(AdminCreateProject::new(input)).await?.admin_create_project_v2.project;
    let id = project.id.uuid()?;
    println!("created  {name}, {id}");
    let input = UpdateProjectInput::new().description("a tour");
    client.send(AdminUpdateProject::new(id, input)).await?;
    let input = UpdateProjectInput::new().description(MaybeUndefined::Null);
    client.send(AdminUpdateProject::new(id, input)).await?;
    let seen = client.send(Project::new(id)).await?.project_v2;
    println!("cleared  description {:?}", seen.basic_info.description);

    let target = EntityTarget::new("project", id);
    let input = UpsertEntityLabelInput::new(target.clone(), "color", "green");
    client.send(UpsertEntityLabel::new(input)).await?;
    let mut labels = client.pages(EntityLabels::new(vec![target])).items();
    while let Some(label) = labels.next().await {
        let label = label?;
        println!("label    {}={}", label.key, label.value);
        client.send(PurgeEntityLabel::new(&label.id)).await?;
    }
    client.send(AdminDeleteProject::new(id)).await?;
    client.send(AdminPurgeProject::new(id)).await?;

    match client.send(Project::new(Uuid::from_u128(1))).await {
        Err(error) if error.is_not_found() => println!("missing  {error}"),
        other => println!("unexpected {other:?}"),
    }
    Ok(())
}
