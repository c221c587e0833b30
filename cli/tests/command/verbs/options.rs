//! Every option of the official command, of the nouns that both have.

use backendai_testing::Manager;

use super::Home;

/// Lines of `backend.ai admin` of client 26.8 with all options of each verb; a name with `|` has
/// several forms. `A@B` is a user, `ID` a project.
const LINES: &[&str] = &[
    "user add default new@example.com pw --username|-u u --full-name|-n Name --role|-r user \
     --status|-s active --need-password-change --allowed-ip 10.0.0.0/8,127.0.0.1 \
     --desc|--description text --sudo-session-enabled --cuid|--container-uid 1000 \
     --cgid|--container-main-gid 1000 --cgids|--container-gids 1,2 --group|--groups|-g ID",
    "user update A@B --password|-p pw --username|-u u --full-name|-n Name --domain-name|-d default \
     --role|-r admin --status|-s inactive --need-password-change true --allowed-ip 127.0.0.1 \
     --description text --sudo-session-enabled false --main-access-key KEY \
     --cuid|--container-uid 1 --cgid|--container-main-gid 1 --cgids|--container-gids 1,2",
    "user update A@B --unset-cuid|--unset-container-uid --unset-cgid|--unset-container-main-gid \
     --unset-cgids|--unset-container-gids",
    "user delete A@B",
    "user purge A@B --purge-shared-vfolders --delegate-endpoint-ownership",
    "user info --email|-e A@B",
    "user list --status|-s active --group|-g ID --filter username|like|\"a%\" --order email \
     --offset 0 --limit 10",
    "domain add new --description|-d text --inactive --total-resource-slots {\"cpu\":4} \
     --vfolder-host-perms|--vfolder-host-permissions|--vfhost-perms|--allowed-vfolder-hosts {} \
     --allowed-docker-registries a,b",
    "domain update default --new-name other --description text --is-active true \
     --total-resource-slots {} \
     --vfolder-host-perms|--vfolder-host-permissions|--vfhost-perms|--allowed-vfolder-hosts {} \
     --allowed-docker-registries a",
    "domain delete default",
    "domain purge default",
    "domain info default",
    "domain list",
    "group add default new --description|-d text --inactive|-i --total-resource-slots {} \
     --vfolder-host-perms|--vfolder-host-permissions|--vfhost-perms|--allowed-vfolder-hosts {}",
    "group update ID --name|-n other --description|-d text --is-active true \
     --total-resource-slots {} \
     --vfolder-host-perms|--vfolder-host-permissions|--vfhost-perms|--allowed-vfolder-hosts {}",
    "group add-users ID 11111111-1111-4111-8111-111111111111,11111111-1111-4111-8111-111111111112",
    "group remove-users ID 11111111-1111-4111-8111-111111111111",
    "group delete ID",
    "group purge ID",
    "group info ID",
    "group list --domain-name|-d default",
    "scaling-group add new --description|-d|--desc text --inactive --private --driver static \
     --driver-opts {} --scheduler fifo --scheduler-opts {} --use-host-network \
     --wsproxy-addr http://a.example --wsproxy-api-token token",
    "scaling-group update default --description|-d|--desc text --active|-a true --driver static \
     --driver-opts {} --scheduler fifo --scheduler-opts {} --use-host-network true \
     --wsproxy-addr http://a.example --wsproxy-api-token token",
    "scaling-group update default --private true",
    "scaling-group delete default",
    "scaling-group associate-scaling default default",
    "scaling-group dissociate-scaling default default",
    // As older clients name them.
    "scaling-group associate-scaling-group default default",
    "scaling-group dissociate-scaling-group default default",
    "scaling-group get-available ID",
    "scaling-group info default",
    "scaling-group list",
    "keypair add A@B default --admin|-a --inactive|-i --rate-limit|-r 100",
    "keypair update KEY --resource-policy default --is-admin true --is-active true \
     --rate-limit|-r 100",
    "keypair activate KEY",
    "keypair deactivate KEY",
    "keypair delete KEY",
    "keypair info",
    "keypair list --user-id|-u A@B --is-active true --filter is_admin|==|true --order access_key \
     --offset 0 --limit 10",
];

/// Verbs that only read, and so have no `--dry-run`.
const READS: [&str; 3] = ["info", "list", "get-available"];

#[tokio::test(flavor = "multi_thread")]
async fn every_official_option_is_accepted() {
    let manager = Manager::start().await.unwrap();
    let home = Home::of(&manager, manager.superadmin());
    let email = manager.user().email.clone();
    let listed = home.run(&["group", "list", "--output=jsonl", "--field", "id", "--limit", "1"]);
    let group = super::json(listed.stdout.trim())["id"].as_str().unwrap().to_owned();
    let mut refused = Vec::new();
    for line in LINES {
        let words: Vec<&str> = line.split_whitespace().collect();
        let forms = words.iter().map(|word| word.split("|-").count()).max().unwrap();
        for form in 0..forms {
            let word = |word: &&str| match word.starts_with('-') {
                true => {
                    let forms: Vec<_> = word.split('|').collect();
                    forms[form.min(forms.len() - 1)].to_owned()
                }
                false => match *word {
                    "A@B" => email.clone(),
                    "ID" => group.clone(),
                    // A filter is one word of the command line.
                    word => word.replace('|', " "),
                },
            };
            let mut given: Vec<String> = words.iter().map(word).collect();
            if !READS.contains(&words[1]) {
                given.push("--dry-run".to_owned());
            }
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let ran = home.run(&given);
            if ran.code != Some(0) {
                refused.push(format!(
                    "{}: {}",
                    given.join(" "),
                    ran.stderr.lines().next().unwrap_or_default()
                ));
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}
