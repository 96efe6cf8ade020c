package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** A rule on one version of a built-in kind is about the others, too, and the object is converted for whoever is asked. */
class EquivalentVersionsTest extends AskingServer {
    private static final String ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
    private static final String SCALERS = "/namespaces/default/horizontalpodautoscalers";
    private static final String V1 = "/apis/autoscaling/v1" + SCALERS;
    private static final String V2 = "/apis/autoscaling/v2" + SCALERS;
    private static final String OLD_SCALER = """
            {"metadata": {"name": "%s"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}, "maxReplicas": 5,
             "targetCPUUtilizationPercentage": 55}}""";
    private static final String EVENTS = "/api/v1/namespaces/default/events";
    private static final String NEW_EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";

    private static String rules(String group, String version, String resource) {
        return "'rules':[{'apiGroups':['" + group + "'],'apiVersions':['" + version + "'],'resources':['" + resource
                + "'],'operations':['*']}]";
    }

    private void webhook(String kind, String path, String more) {
        created(wire.post(ADMISSION + kind.toLowerCase(Locale.ROOT) + "webhookconfigurations",
                hooks.configuration(kind, "seen", path, more)));
    }

    private static Answer created(Answer answer) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        return answer;
    }

    @Test
    void aWebhookForTheNewAutoscalersIsAskedAboutOldOnes() {
        hooks.on("/see", response -> response);
        webhook("Validating", "/see", rules("autoscaling", "v2", "horizontalpodautoscalers"));
        created(wire.post(V1, OLD_SCALER.formatted("a")));
        JsonNode asked = hooks.asked().getFirst();
        assertThat(Json.textOrEmpty(asked, "kind", "version")).isEqualTo("v2");
        assertThat(Json.textOrEmpty(asked, "resource", "version")).isEqualTo("v2");
        assertThat(Json.textOrEmpty(asked, "requestKind", "version")).isEqualTo("v1");
        assertThat(Json.textOrEmpty(asked, "object", "apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(Json.number(asked.at("/object/spec/metrics/0/resource/target"), 0, "averageUtilization"))
                .isEqualTo(55);
        wire.delete(V1 + "/a");
        assertThat(Json.textOrEmpty(hooks.asked().getLast(), "oldObject", "apiVersion")).isEqualTo("autoscaling/v2");
    }

    @Test
    void aWebhookMayChangeAnotherVersionThanTheOneThatIsWritten() {
        hooks.patching("/more", "[{\"op\":\"add\",\"path\":\"/spec/targetCPUUtilizationPercentage\",\"value\":33}]");
        webhook("Mutating", "/more", rules("autoscaling", "v1", "horizontalpodautoscalers"));
        Answer answer = created(wire.post(V2,
                """
                        {"metadata": {"name": "a"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}, "maxReplicas": 5}}"""));
        assertThat(answer.text("apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(Json.number(answer.body().at("/spec/metrics/0/resource/target"), 0, "averageUtilization"))
                .isEqualTo(33);
    }

    @Test
    void aWebhookThatWantsOneVersionExactlyIsNotAskedAboutAnother() {
        hooks.on("/see", response -> response);
        webhook("Validating", "/see",
                "'matchPolicy':'Exact'," + rules("autoscaling", "v2", "horizontalpodautoscalers"));
        created(wire.post(V1, OLD_SCALER.formatted("a")));
        assertThat(hooks.asked()).isEmpty();
    }

    @Test
    void eventsOfBothGroupsAreTheSame() {
        hooks.patching("/say", "[{\"op\":\"add\",\"path\":\"/note\",\"value\":\"changed\"}]");
        webhook("Mutating", "/say", rules("events.k8s.io", "v1", "events"));
        Answer answer = created(wire.post(EVENTS, """
                {"metadata": {"name": "a"}, "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"},
                 "message": "said", "count": 3}"""));
        assertThat(answer.text("message")).isEqualTo("changed");
        JsonNode asked = hooks.asked().getFirst().path("object");
        assertThat(Json.textOrEmpty(asked, "note")).isEqualTo("said");
        assertThat(Json.textOrEmpty(asked, "regarding", "name")).isEqualTo("p");
        assertThat(Json.number(asked, 0, "deprecatedCount")).isEqualTo(3);
        assertThat(asked.has("message")).isFalse();
    }

    @Test
    void aPolicyForTheOldEventsJudgesNewOnes() {
        created(wire.post(ADMISSION + "validatingadmissionpolicies",
                """
                        {'metadata':{'name':'short'},'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':[''],'apiVersions':['v1'],
                         'resources':['events'],'operations':['CREATE']}]},'validations':[{'expression':'object.message.size() < 4'}]}}"""
                        .replace('\'', '"')));
        created(wire.post(ADMISSION + "validatingadmissionpolicybindings",
                "{'metadata':{'name':'short'},'spec':{'policyName':'short','validationActions':['Deny']}}"
                        .replace('\'', '"')));
        String event = """
                {"metadata": {"name": "%s"}, "regarding": {"kind": "Pod", "name": "p", "namespace": "default"}, "note": "%s",
                 "type": "Normal", "reason": "R", "action": "A", "reportingController": "c", "reportingInstance": "i",
                 "eventTime": "2026-01-01T00:00:00.000000Z"}""";
        created(wire.post(NEW_EVENTS, event.formatted("a", "abc")));
        assertThat(wire.post(NEW_EVENTS, event.formatted("b", "abcd")).message())
                .contains("failed expression: object.message.size() < 4");
    }

    @Test
    void aPolicyThatChangesAutoscalersFailsWithAnotherVersionThanItsOwn() {
        created(wire.post(ADMISSION + "mutatingadmissionpolicies",
                """
                        {'metadata':{'name':'more'},'spec':{'reinvocationPolicy':'Never','matchConstraints':{'resourceRules':[{'apiGroups':['autoscaling'],
                         'apiVersions':['v2'],'resources':['horizontalpodautoscalers'],'operations':['CREATE']}]},'mutations':[
                         {'patchType':'ApplyConfiguration','applyConfiguration':{'expression':'Object{spec: Object.spec{minReplicas: 2}}'}}]}}"""
                        .replace('\'', '"')));
        created(wire.post(ADMISSION + "mutatingadmissionpolicybindings",
                "{'metadata':{'name':'more'},'spec':{'policyName':'more'}}".replace('\'', '"')));
        Answer answer = wire.post(V1, OLD_SCALER.formatted("a"));
        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).endsWith("denied request: converting (v2.HorizontalPodAutoscaler) to"
                + " (v1.HorizontalPodAutoscaler): unknown conversion");
    }
}
