package dev.windlass.cli;

import dev.windlass.cli.operator.Preparation;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PreparationTest {

    /** The real server stores the names that a definition wants before it has conditions. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"false | {}", "false | status: {acceptedNames: {kind: Shop}}",
            "false | status: {conditions: null}", "false | status: {conditions: []}",
            "false | status: {conditions: [{type: NamesAccepted, status: 'True'}]}",
            "false | status: {conditions: [{type: Established, status: 'False'}]}",
            "true | status: {conditions: [{type: NamesAccepted, status: 'True'}, {type: Established, status: 'True'}]}"})
    void aDefinitionHasTakenEffectWhenItsConditionSaysSo(boolean established, String yaml) {
        assertThat(Preparation.isEstablished(Serialization.unmarshal(yaml, CustomResourceDefinition.class)))
                .isEqualTo(established);
    }
}
