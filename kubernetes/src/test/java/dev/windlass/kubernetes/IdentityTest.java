package dev.windlass.kubernetes;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class IdentityTest {

    @ParameterizedTest
    @CsvSource({"0de51ab5-8f2f-4cdd-bd70-000000000001,123", "0DE51AB5-8f2f-4cdd-bd70-000000000001,123",
            "not-a-uuid,123",
            "0de51ab5-8f2f-4cdd-bd70-000000000001,v7", "0de51ab5-8f2f-4cdd-bd70-000000000001,007",
            "0de51ab5-8f2f-4cdd-bd70-000000000001,999999999999999999999", "'',''",
            "ffffffff-ffff-ffff-ffff-ffffffffffff,0"})
    void whatIsPackedComesBackAsItWas(String uid, String version) {
        Identity identity = new Identity(ObjectKey.of("ns", "n"), uid, version);
        assertThat(identity.uid()).isEqualTo(uid);
        assertThat(identity.resourceVersion()).isEqualTo(version);
        assertThat(identity.sameVersion(new Identity(ObjectKey.of("ns", "n"), uid, version))).isTrue();
        assertThat(identity.sameVersion(new Identity(ObjectKey.of("ns", "n"), uid, version + "1"))).isFalse();
        assertThat(identity.sameUid(new Identity(ObjectKey.of("ns", "n"), uid + "x", version))).isFalse();
    }
}
