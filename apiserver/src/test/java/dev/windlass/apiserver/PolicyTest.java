package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Admission policies, over the wire. */
class PolicyTest {
    private static final String ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
    private static final String POLICIES = ADMISSION + "validatingadmissionpolicies";
    private static final String BINDINGS = ADMISSION + "validatingadmissionpolicybindings";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MAP_RULE = "'matchConstraints':{'resourceRules':[{'apiGroups':[''],"
            + "'apiVersions':['v1'],'resources':['configmaps'],'operations':['CREATE','UPDATE','DELETE']}]}";

    private final ApiServer server = ApiServer.builder().start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        try (server; wire) {
            // closes both, whatever the other does
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"').replace('`', '\'');
    }

    private void policy(String name, String spec) {
        created(wire.post(POLICIES,
                json("{'metadata':{'name':'" + name + "'},'spec':{" + MAP_RULE + "," + spec + "}}")));
    }

    private void bind(String policy, String more) {
        created(wire.post(BINDINGS,
                json("{'metadata':{'name':'" + policy + "'},'spec':{'policyName':'" + policy + "'," + more + "}}")));
    }

    private static void created(Answer answer) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    private Answer create(String name, String value) {
        return wire.post(MAPS, Wire.configMap(name, "k", value));
    }

    @Test
    void aPolicyRefusesFromTheMomentWhenItIsBound() {
        policy("short", "'validations':[{'expression':'object.data.k.size() < 4'}]");
        created(create("before", "long enough"));
        bind("short", "'validationActions':['Deny']");
        created(create("a", "abc"));
        Answer refused = create("b", "abcd");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.reason()).isEqualTo("Invalid");
        assertThat(refused.message()).isEqualTo("configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'short' with"
                + " binding 'short' denied request: failed expression: object.data.k.size() < 4");
        wire.delete(BINDINGS + "/short");
        created(create("b", "abcd"));
    }

    @Test
    void aPolicySaysWhyInItsOwnWords() {
        policy("said", """
                'variables':[{'name':'size','expression':'object.data.k.size()'}],
                'validations':[{'expression':'variables.size < 4','reason':'Forbidden',
                                'messageExpression':'string(variables.size) + ` is too long`'}]""");
        bind("said", "'validationActions':['Deny']");
        Answer refused = create("a", "abcd");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.reason()).isEqualTo("Forbidden");
        assertThat(refused.message()).endsWith("denied request: 4 is too long");
    }

    @Test
    void aPolicyMayWarnInsteadOfRefusing() {
        policy("warns", "'validations':[{'expression':'false','message':'beware'}]");
        bind("warns", "'validationActions':['Warn','Audit']");
        Answer warned = create("a", "v");
        created(warned);
        HttpResponse<String> raw = warned.raw();
        assertThat(raw.headers().firstValue("Warning").orElseThrow())
                .contains("Validation failed for ValidatingAdmissionPolicy 'warns' with binding 'warns': beware");
    }

    @Test
    void parametersAreReadWhenTheyAreNeeded() {
        policy("limit", """
                'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},
                'matchConditions':[{'name':'others','expression':'object.metadata.name != `limits`'}],
                'validations':[{'expression':'object.data.k.size() <= int(params.data.k)'}]""");
        created(create("limits", "3"));
        bind("limit", "'validationActions':['Deny'],'paramRef':{'name':'limits','parameterNotFoundAction':'Deny'}");
        assertThat(create("a", "abcd").code()).isEqualTo(422);
        assertThat(wire.put(MAPS + "/limits", Wire.configMap("limits", "k", "4")).code()).isEqualTo(200);
        created(create("a", "abcd"));
        assertThat(wire.delete(MAPS + "/limits").message()).contains("denied request: ");
    }

    @Test
    void aDeletionIsJudgedByWhatIsThere() {
        created(create("kept", "v"));
        policy("keep", "'validations':[{'expression':'request.operation != `DELETE` || oldObject.data.k != `v`'}]");
        bind("keep", "'validationActions':['Deny']");
        assertThat(wire.delete(MAPS + "/kept").code()).isEqualTo(422);
        assertThat(wire.put(MAPS + "/kept", Wire.configMap("kept", "k", "w")).code()).isEqualTo(200);
        assertThat(wire.delete(MAPS + "/kept").code()).isEqualTo(200);
    }

    @Test
    void whatCannotBeJudgedIsRefusedUnlessThePolicyLetsItGo() {
        policy("strict", "'validations':[{'expression':'object.data.none == `x`'}]");
        bind("strict", "'validationActions':['Deny']");
        assertThat(create("a", "v").message()).endsWith(
                "denied request: expression 'object.data.none == 'x'' resulted in error: no such key: none");
        wire.delete(BINDINGS + "/strict");
        policy("lax", "'failurePolicy':'Ignore','validations':[{'expression':'object.data.none == `x`'}]");
        bind("lax", "'validationActions':['Deny']");
        created(create("a", "v"));
    }

    @Test
    void expressionsAreCompiledWhenTheyAreWritten() {
        Answer refused = wire.post(POLICIES, json("{'metadata':{'name':'bad'},'spec':{" + MAP_RULE
                + ",'validations':[{'expression':'object.x == nothing'},{'expression':'object.x'}]}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).contains("spec.validations[0].expression: Invalid value: ",
                "undeclared reference to 'nothing'",
                "spec.validations[1].expression: Invalid value: \"object.x\": must evaluate to bool but got dyn");
    }

    @Test
    void whoMakesPoliciesIsNotKeptFromItByThem() {
        created(wire.post(POLICIES,
                json("""
                        {'metadata':{'name':'none'},'spec':{'validations':[{'expression':'false'}],'matchConstraints':
                         {'resourceRules':[{'apiGroups':['*'],'apiVersions':['*'],'resources':['*'],'operations':['*']}]}}}""")));
        bind("none", "'validationActions':['Deny']");
        assertThat(create("a", "v").code()).isEqualTo(422);
        assertThat(wire.delete(POLICIES + "/none").code()).isEqualTo(200);
        created(create("a", "v"));
    }

    private void mutating(String name, String mutation, String more) {
        created(wire.post(ADMISSION + "mutatingadmissionpolicies", json("{'metadata':{'name':'" + name + "'},'spec':{"
                + MAP_RULE.replace(",'DELETE'", "") + ",'mutations':[" + mutation + "],'reinvocationPolicy':" + more
                + "}}")));
        created(wire.post(ADMISSION + "mutatingadmissionpolicybindings",
                json("{'metadata':{'name':'" + name + "'},'spec':{'policyName':'" + name + "'}}")));
    }

    private static String applying(String expression) {
        return "{'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'" + expression + "'}}";
    }

    private static String patching(String expression) {
        return "{'patchType':'JSONPatch','jsonPatch':{'expression':'" + expression + "'}}";
    }

    @Test
    void aPolicyAppliesAConfiguration() {
        mutating("labels", applying("Object{metadata: Object.metadata{labels: {`by`: request.operation}}}"),
                "'Never'");
        assertThat(create("a", "v").text("metadata", "labels", "by")).isEqualTo("CREATE");
        assertThat(wire.merge(MAPS + "/a", json("{'data':{'k':'w'}}")).text("metadata", "labels", "by"))
                .isEqualTo("UPDATE");
    }

    @Test
    void aPolicyMakesAJsonPatch() {
        mutating("patch", patching("[JSONPatch{op: `test`, path: `/data/k`, value: `v`},"
                + " JSONPatch{op: `add`, path: `/data/` + jsonpatch.escapeKey(`x`), value: object.data.k + `!`}]"),
                "'Never'");
        assertThat(create("a", "v").text("data", "x")).isEqualTo("v!");
        assertThat(create("b", "w").body().path("data").has("x")).isFalse();
    }

    @Test
    void aJsonPatchPutsInAnObjectOfTheTypeOfItsField() {
        mutating("part", patching("[JSONPatch{op: `add`, path: `/metadata/ownerReferences`, value: []},"
                + " JSONPatch{op: `add`, path: `/metadata/ownerReferences/-`, value: Object.metadata.ownerReferences{"
                + "apiVersion: `v1`, kind: `Node`, name: `n`, uid: object.data.k}}]"), "'Never'");
        assertThat(create("a", "v").body().at("/metadata/ownerReferences/0/uid").asString("")).isEqualTo("v");
    }

    @Test
    void whatIsInAnObjectIsOfTheTypeOfItsField() {
        mutating("part", patching("[JSONPatch{op: `add`, path: `/metadata`, value: Object.metadata{"
                + "labels: Object.metadata.wrong{a: `b`}}}]"), "'Never'");
        assertThat(create("a", "v").message()).endsWith("type mismatch: unexpected type name \"Object.metadata.wrong\","
                + " expected \"Object.metadata.labels\", which matches field name path from root Object type");
    }

    @Test
    void aPolicyIsAskedAgainWhenAnotherHasChangedWhatItHasSeen() {
        mutating("a", applying("Object{data: {`seen`: has(object.data.b) ? `yes` : `no`}}"), "'IfNeeded'");
        mutating("b", applying("Object{data: {`b`: `x`}}"), "'Never'");
        assertThat(create("a", "v").text("data", "seen")).isEqualTo("yes");
    }

    @Test
    void aPolicyIsAskedAgainAfterItsOwnChangeButNotAThirdTime() {
        mutating("a", applying("Object{data: {`k`: object.data.k + `x`}}"), "'IfNeeded'");
        assertThat(create("a", "v").text("data", "k")).isEqualTo("vxx");
    }

    @Test
    void aChangeThatCannotBeMadeIsRefused() {
        mutating("bad", patching("[JSONPatch{op: `remove`, path: `/data/none`}]"), "'Never'");
        Answer refused = create("a", "v");
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message()).startsWith("policy 'bad' with binding 'bad' denied request: JSON Patch: ");
    }

    @Test
    void mutationsAreCompiledWhenTheyAreWritten() {
        Answer refused = wire.post(ADMISSION + "mutatingadmissionpolicies", json("{'metadata':{'name':'x'},'spec':{"
                + MAP_RULE.replace(",'DELETE'", "") + ",'reinvocationPolicy':'Never','mutations':["
                + applying("object") + "," + patching("[1]") + "]}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).contains("must evaluate to Object but got dyn",
                "must evaluate to list(JSONPatch) but got list(int)");
    }

    @Test
    void whoBindsParametersMustBeAllowedToReadThem() {
        try (ApiServer guarded = ApiServer.builder().rbac(true).user("alice").start(); Wire admin = new Wire(guarded)) {
            String rbac = "/apis/rbac.authorization.k8s.io/v1/";
            created(admin.post(rbac + "clusterroles", json("{'metadata':{'name':'p'},'rules':[{'apiGroups':"
                    + "['admissionregistration.k8s.io'],'resources':['*'],'verbs':['*']}]}")));
            created(admin.post(rbac + "clusterrolebindings", json("{'metadata':{'name':'p'},'roleRef':{'apiGroup':"
                    + "'rbac.authorization.k8s.io','kind':'ClusterRole','name':'p'},'subjects':[{'kind':'User','name':'alice'}]}")));
            String policy = json("{'metadata':{'name':'p'},'spec':{" + MAP_RULE
                    + ",'paramKind':{'apiVersion':'v1','kind':'Secret'},'validations':[{'expression':'true'}]}}");
            Answer refused = admin.as(guarded.token("alice")).post(POLICIES, policy);
            assertThat(refused.code()).isEqualTo(422);
            assertThat(refused.message()).contains("spec.paramKind: Forbidden: user &{alice ",
                    "must have \"get\" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)");
            created(admin.post(POLICIES, policy));
        }
    }
}
