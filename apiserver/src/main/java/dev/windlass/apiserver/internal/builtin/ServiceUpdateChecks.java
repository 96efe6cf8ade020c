package dev.windlass.apiserver.internal.builtin;

import java.util.List;

/** What changes services allow. Stateless. */
final class ServiceUpdateChecks {
    private static final String SET = "may not change once set";

    private ServiceUpdateChecks() {
    }

    static void spec(Field now, Field before) {
        boolean external = ServiceType.is(now.value(), ServiceType.EXTERNAL_NAME)
                || ServiceType.is(before.value(), ServiceType.EXTERNAL_NAME);
        boolean headless = ServiceType.isHeadless(now.value());
        boolean wasHeadless = ServiceType.isHeadless(before.value());
        if (!external && !(headless && wasHeadless)) {
            addresses(now, before);
        }
        if (!external && !headless && !wasHeadless) {
            families(now, before);
        }
        boolean stillBalanced = ServiceType.is(now.value(), ServiceType.LOAD_BALANCER)
                && ServiceType.is(before.value(), ServiceType.LOAD_BALANCER);
        if (stillBalanced && now.at("loadBalancerClass").differs(before.at("loadBalancerClass"))) {
            now.at("loadBalancerClass").invalid(SET);
        }
        ServiceChecks.balancerClass(now);
        Field health = now.at("healthCheckNodePort");
        if (ServiceType.needsHealthCheck(now.value()) && ServiceType.needsHealthCheck(before.value())
                && health.differs(before.at("healthCheckNodePort"))) {
            health.forbidden("field is immutable");
        }
    }

    private static void addresses(Field now, Field before) {
        Field addresses = now.at("clusterIPs");
        List<String> all = addresses.texts();
        List<String> old = before.at("clusterIPs").texts();
        if (all.size() == old.size()) {
            for (int i = 0; i < old.size(); i++) {
                if (!old.get(i).equals(all.get(i))) {
                    addresses.as("spec.clusterIPs[" + i + "]").invalid(SET);
                }
            }
            return;
        }
        Field first = addresses.as("spec.clusterIPs[0]");
        if (all.isEmpty()) {
            first.invalid("primary clusterIP can not be unset");
        } else if (!old.isEmpty() && !all.getFirst().equals(old.getFirst())) {
            first.invalid(SET);
        }
        if (old.size() > all.size()) {
            release(now, all.size(), "clusterIP");
        }
    }

    private static void families(Field now, Field before) {
        Field families = now.at("ipFamilies");
        List<String> all = families.texts();
        List<String> old = before.at("ipFamilies").texts();
        Field first = families.as("spec.ipFamilies[0]");
        if (all.size() == old.size()) {
            if (!all.equals(old)) {
                first.invalid(SET);
            }
            return;
        }
        if (old.size() > all.size() && now.at("clusterIPs").isEmpty()) {
            first.invalid("primary ipFamily can not be unset");
        }
        if (!all.isEmpty() && !old.isEmpty() && !all.getFirst().equals(old.getFirst())) {
            now.at("clusterIPs").as(first.path()).invalid(SET);
        }
        if (old.size() > all.size()) {
            release(now, all.size(), "ipFamily");
        }
    }

    private static void release(Field spec, int left, String what) {
        Field policy = spec.at("ipFamilyPolicy");
        if (left == 1 && !policy.text().equals("SingleStack")) {
            policy.invalid("must be set to 'SingleStack' when releasing the secondary " + what);
        }
    }
}
