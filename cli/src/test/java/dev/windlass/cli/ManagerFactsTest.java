package dev.windlass.cli;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class ManagerFactsTest {

    @Test
    void whoLeadsAndWhatWasLostAreShown() {
        Map<String, String> facts = ManagerFacts.of(JsonMapper.builder().build().readTree("""
                {"name": "shop", "started": true, "stopping": false, "units": 3, "states": {"READY": 2, "PENDING": 1},
                 "worstCaseStopMillis": 28666,
                 "leadership": {"election": "default/shop", "identity": "pod-1", "leads": false, "holder": "pod-2",
                  "since": "2026-11-26T12:00:00Z", "transitions": 4, "fenceMillis": 0, "trouble": null,
                  "onLoss": "STEP_DOWN", "lastLoss": {"at": "2026-11-26T11:59:59Z", "why": "it was not renewed in time",
                   "dispatches": [], "writes": ["billing#1 PUT default/it"]}}}"""));
        assertThat(facts).containsEntry("State", "running").containsEntry("Units", "3 (2 READY, 1 PENDING)")
                .containsEntry("Stops within", "29s").containsEntry("Election", "default/shop")
                .containsEntry("Stands as", "pod-1, and stands by").containsEntry("On loss", "STEP_DOWN")
                .doesNotContainKeys("Fence", "Trouble");
        assertThat(facts.get("Leader")).startsWith("pod-2 since ").endsWith(", transitions: 4");
        assertThat(String.valueOf(facts.get("Last loss")).lines()).contains(
                "0 dispatches had passed the fence and had not ended",
                "1 writes had passed the fence and had not ended", "  billing#1 PUT default/it");
    }
}
