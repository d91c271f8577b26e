package main

import (
	"time"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/anonymous"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	requestunion "k8s.io/apiserver/pkg/authentication/request/union"
	"k8s.io/apiserver/pkg/authentication/request/x509"
	"k8s.io/apiserver/pkg/authentication/token/cache"
	"k8s.io/apiserver/pkg/authentication/token/tokenfile"
	tokenunion "k8s.io/apiserver/pkg/authentication/token/union"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
)

// addAuthentication: client certificates, the token file, service account tokens; whoever shows nothing at all is anonymous.
func addAuthentication(c *genericapiserver.Config, o *serverOptions, accounts *tokenIssuer) error {
	c.Authentication.APIAudiences = authenticator.Audiences{o.accountIssuer}
	// kube-apiserver remembers a good token for 10 seconds too.
	tokens := []authenticator.Token{cache.New(accounts, false, 10*time.Second, 0)}
	if o.tokenFile != "" {
		file, err := tokenfile.NewCSV(o.tokenFile)
		if err != nil {
			return err
		}
		tokens = append(tokens, authenticator.WrapAudienceAgnosticToken(c.Authentication.APIAudiences, file))
	}
	var requests []authenticator.Request
	if o.clientCA != "" {
		ca, err := dynamiccertificates.NewDynamicCAContentFromFile("client-ca", o.clientCA)
		if err != nil {
			return err
		}
		if err := c.Authentication.ApplyClientCert(ca, c.SecureServing); err != nil {
			return err
		}
		requests = append(requests, x509.NewDynamic(ca.VerifyOptions, x509.CommonNameUserConversion))
	}
	requests = append(requests, bearertoken.New(tokenunion.New(tokens...)))
	known := group.NewAuthenticatedGroupAdder(requestunion.New(requests...))
	// FailOnError: a bad token is a 401 and does not become anonymous.
	c.Authentication.Authenticator = requestunion.NewFailOnError(known, anonymous.NewAuthenticator(nil))
	return nil
}
