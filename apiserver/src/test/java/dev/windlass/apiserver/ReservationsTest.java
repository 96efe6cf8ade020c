package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What only one can have is of the request that has taken it first, until it is done. */
class ReservationsTest extends AskingServer {
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    private static final String HELD = "already allocated";

    /** Asks for the same while a request is held by a webhook, which then lets it pass or not. */
    private List<Answer> rivals(String spec, boolean letPass, String... queries) {
        List<Answer> answers = new CopyOnWriteArrayList<>();
        hooks.on("/hold", response -> {
            if (Json.textOrEmpty(response, "review", "request", "name").equals("first")) {
                for (String query : queries) {
                    answers.add(wire.post(SERVICES + query, Wire.service("second", spec)));
                }
                response.put("allowed", letPass);
            }
            return response;
        });
        String rules = "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['services'],'operations':['*']}]";
        Answer hook = wire.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                hooks.configuration("Validating", "hold", "/hold", rules));
        assertThat(hook.code()).as(hook.message()).isEqualTo(201);
        assertThat(wire.post(SERVICES, Wire.service("first", spec)).code()).isEqualTo(letPass ? 201 : 400);
        return answers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"'ports':[{'port':80}],'clusterIP':'10.96.0.77'",
            "'type':'NodePort','ports':[{'port':80,'nodePort':30007}]",
            "'type':'LoadBalancer','externalTrafficPolicy':'Local','allocateLoadBalancerNodePorts':false,'ports':[{'port':80}],'healthCheckNodePort':30008"})
    void whoAsksForItMeanwhileIsRefused(String spec) {
        assertThat(rivals(spec, true, "")).singleElement()
                .satisfies(answer -> assertThat(answer.message()).endsWith(HELD));
        assertThat(wire.post(SERVICES, Wire.service("second", spec)).message()).endsWith(HELD);
        wire.delete(SERVICES + "/first");
        assertThat(wire.post(SERVICES, Wire.service("second", spec)).code()).isEqualTo(201);
    }

    @Test
    void itIsFreeAgainWhenTheRequestIsRefused() {
        String spec = "'type':'NodePort','clusterIP':'10.96.0.77','ports':[{'port':80,'nodePort':30007}]";
        assertThat(rivals(spec, false, "")).extracting(Answer::code).containsExactly(422);
        assertThat(wire.post(SERVICES, Wire.service("second", spec)).code()).isEqualTo(201);
    }

    @Test
    void whatIsGivenToOneIsNotGivenToAnother() {
        String any = "'type':'NodePort','ports':[{'port':80}]";
        List<Answer> answers = rivals(any, true, "?dryRun=All", "");
        assertThat(answers).extracting(Answer::code).containsExactly(201, 201);
        Answer first = wire.get(SERVICES + "/first");
        Answer second = wire.get(SERVICES + "/second");
        assertThat(first.text("spec", "clusterIP")).isNotEqualTo(second.text("spec", "clusterIP"));
        assertThat(first.body().path("spec").path("ports").path(0).path("nodePort"))
                .isNotEqualTo(second.body().path("spec").path("ports").path(0).path("nodePort"));
    }

    @Test
    void aDryRunTakesNothing() {
        String spec = "'type':'NodePort','clusterIP':'10.96.0.77','ports':[{'port':80,'nodePort':30007}]";
        assertThat(wire.post(SERVICES + "?dryRun=All", Wire.service("first", spec)).code()).isEqualTo(201);
        assertThat(wire.post(SERVICES, Wire.service("second", spec)).code()).isEqualTo(201);
        assertThat(wire.merge(SERVICES + "/second?dryRun=All",
                "{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30009}]}}").code()).isEqualTo(200);
        assertThat(
                wire.post(SERVICES, Wire.service("third", "'type':'NodePort','ports':[{'port':80,'nodePort':30009}]"))
                        .code())
                .isEqualTo(201);
    }
}
