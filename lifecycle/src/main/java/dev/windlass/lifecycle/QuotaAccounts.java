package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a {@link QuotaBook}: the manager's, and one for each scope with limits, opened when somebody inside it asks for
 * something, or when its limits are set. Touched by messages of the book only.
 */
final class QuotaAccounts {

    private final TimeSource time;
    private final Supplier<Collection<QuotaClaim>> claims;
    private final QuotaAccount root = new QuotaAccount(null, null, Limits.none());
    private final Map<UnitCell, QuotaAccount> scopes = new LinkedHashMap<>();

    /** @param claims all that there are */
    QuotaAccounts(TimeSource time, Supplier<Collection<QuotaClaim>> claims) {
        this.time = time;
        this.claims = claims;
    }

    List<QuotaAccount> all() {
        List<QuotaAccount> all = new ArrayList<>(scopes.size() + 1);
        all.add(root);
        all.addAll(scopes.values());
        return all;
    }

    QuotaAccount of(QuotaClaim claim) {
        QuotaAccount account = claim.account;
        return account == null ? root : account;
    }

    /** The account of the innermost scope with limits that a unit is, or is in. */
    QuotaAccount innermost(UnitCell cell) {
        QuotaAccount known = scopes.get(cell);
        Limits declared = cell.spec().limits();
        if (known == null && !declared.isNone()) {
            known = open(cell);
        }
        if (known != null && !known.overruled && !known.limits().equals(declared)) {
            known.limits(declared, time.nanos()); // also when another generation of its scope declared it anew
        }
        if (known != null) {
            return known;
        }
        UnitCell parent = cell.parent();
        return parent == null ? root : innermost(parent);
    }

    /** The account of a scope of its own; of the manager for null. */
    QuotaAccount own(@Nullable UnitCell scope) {
        if (scope == null) {
            return root;
        }
        QuotaAccount innermost = innermost(scope);
        return innermost.scope == scope ? innermost : open(scope);
    }

    /** Opens an account for a scope, without limits, and moves there what is inside. */
    private QuotaAccount open(UnitCell scope) {
        UnitCell parent = scope.parent();
        QuotaAccount around = parent == null ? root : innermost(parent);
        QuotaAccount opened = new QuotaAccount(scope, around, Limits.none());
        for (QuotaAccount other : scopes.values()) {
            if (other.around == around && scope.isAncestorOrSelfOf(other.scope)) {
                other.around = opened;
                opened.addHere(other.used());
            }
        }
        for (QuotaClaim claim : claims.get()) {
            if (claim.account == around && scope.isAncestorOrSelfOf(claim.cell)) {
                claim.account = opened;
                opened.addHere(claim.held);
            }
        }
        scopes.put(scope, opened);
        return opened;
    }

    /** Takes back the opening of an account that nobody has given limits. */
    void closeUnlessLimited(QuotaAccount account) {
        UnitCell scope = account.scope;
        boolean limited = account.overruled || !account.limits().isNone();
        if (scope != null && (!limited || scope.state() == UnitState.REMOVED)) {
            close(account);
        }
    }

    private void close(QuotaAccount account) {
        for (QuotaAccount other : scopes.values()) {
            if (other.around == account) {
                other.around = account.around;
            }
        }
        for (QuotaClaim claim : claims.get()) {
            if (claim.account == account) {
                claim.account = account.around;
            }
        }
        scopes.values().remove(account);
    }

    /** A unit has been removed; what a generation inside that did not end still has counts for the scope around it. */
    void forget(UnitCell scope) {
        QuotaAccount account = scopes.get(scope);
        if (account != null) {
            close(account);
        }
    }

    boolean exceeded() {
        return root.exceeded() || scopes.values().stream().anyMatch(QuotaAccount::exceeded);
    }

    /** Whether there is something that only this claim may have next. */
    boolean keepAnythingFor(QuotaClaim claim) {
        return all().stream().anyMatch(account -> Arrays.asList(account.keptFor).contains(claim));
    }

    void keepNothing() {
        all().forEach(account -> Arrays.fill(account.keptFor, null));
    }
}
