package dev.windlass.apiserver.internal.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;

/** Knows users by certificates of one authority: the common name is the user's, each organisation is a group. Thread-safe. */
public final class ClientCertificates {
    private static final String FOR_CLIENTS = "1.3.6.1.5.5.7.3.2";
    private static final String CREDENTIAL = "authentication.kubernetes.io/credential-id";

    private final Supplier<X509Certificate> authority;
    private final InstantSource clock;

    /**
     * @param authority
     *            the one of now
     * @param clock
     *            says when a certificate has expired
     */
    public ClientCertificates(Supplier<X509Certificate> authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** @return null when the certificate is of another authority, has expired, or is not for clients */
    @Nullable
    User userOf(X509Certificate certificate) {
        try {
            certificate.verify(authority.get().getPublicKey());
            certificate.checkValidity(Date.from(clock.instant()));
            List<String> uses = certificate.getExtendedKeyUsage();
            X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            List<String> names = values(subject, BCStyle.CN);
            if ((uses != null && !uses.contains(FOR_CLIENTS)) || names.isEmpty()) {
                return null;
            }
            String print = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            return new User(names.getLast(), "", values(subject, BCStyle.O),
                    Map.of(CREDENTIAL, List.of("X509SHA256=" + print)));
        } catch (GeneralSecurityException _) {
            return null; // it proves nothing, which is as good as none
        }
    }

    private static List<String> values(X500Name subject, ASN1ObjectIdentifier attribute) {
        List<String> values = new ArrayList<>();
        for (RDN part : subject.getRDNs(attribute)) {
            if (part.getFirst().getValue() instanceof ASN1String value) {
                values.add(value.getString());
            }
        }
        return values;
    }
}
