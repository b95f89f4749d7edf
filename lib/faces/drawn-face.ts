/** Positions of the drawn eyes, in pixels. Left is the person's left. */
export const drawnEyes = { right: [64, 73], left: [96, 73] } as const;

/**
 * An artificial face for tests of a backend, so that no person's picture is needed: a JPEG of 160 x 160
 * pixels. The detectors, the mesh and the embedding take it for a face. A function's bundle carries it as
 * text.
 */
export const drawnFace: Uint8Array = Buffer.from(
  [
    '/9j/2wBDAAUFBQUFBQUGBgUICAcICAsKCQkKCxEMDQwNDBEaEBMQEBMQGhcbFhUWGxcpIBwcICkvJyUnLzkzMzlHREddXX3/2wBD',
    'AQUFBQUFBQUGBgUICAcICAsKCQkKCxEMDQwNDBEaEBMQEBMQGhcbFhUWGxcpIBwcICkvJyUnLzkzMzlHREddXX3/wgARCACgAKAD',
    'ASIAAhEBAxEB/8QAHAABAAICAwEAAAAAAAAAAAAAAAUGBAcCAwgB/8QAGgEBAAMBAQEAAAAAAAAAAAAAAAMEBQECBv/aAAwDAQAC',
    'EAMQAAAAsYAAADHjOdm0JJmQO8AAAAAHA+a7g9bxTTUV8nIp4SV7oM3BsTyvsiWDcjhzlhAAAAa/vXnTxJCWzF9S0NGBtWb2UNGO',
    'qt76zyXU/Y/lq/nbK2B5u9F387uHuMAACs+etza2gs762RFU3H2tqZesLxz1L4mHRy763+3Lvnxr6F0vsnYxdiiesAABq/CmOdO/',
    'uvV+1ITN06Ts+Bn+vmsNoQBS9oRE2edc3O4aGZsUXaAAAFZhb1Rqlzd/3OycjbrGT2HevGzRz+TGM5oCahrzr4ncLdMAABW7Jw8+',
    'rpl1iawfo1Slq0nz7bQ7KWTE4wqCjWThz3vnA9eQAAAO6yVVR0Jiq25mblRtXYM6t9LTwwvZ4AAAAxesqPxMCObPysNhfS5mLxGb',
    'IVXP3fmpti5UkIcACK9czq3Vo6/VlY3gtQOXF3llndfduTr3yCgOo+8TXyOclFPPb1ZNQyNWfaiKlaFr/8QAMxAAAgEEAQEGAwYH',
    'AQAAAAAAAQIDAAQFEQYSBxMhMDFREEKRFCAiM3KBIzJBYWJxoUD/2gAIAQEAAT8A/wDZNd20H5kqipOQY5Drvaj5BjnOu9qG7tp/',
    'y5VPnyzRwIXkYBRWd5nHB1RQNV5yC/umJ7wqKa5uHO2mb60tzcIdrM31qz5Bf2rA94WFYLmcc/TFO1RTRzoHjYFT5kkiRIzudKBs',
    '1yrlDyyNBA1M7OxZmJJ/qaht57humKJnP9hUPF8vMNiDVTcXy8I2YN1Nbz27dMsTIf7ildkYMrEEVxXlDxSLBO1RyJKiuh2pGx5f',
    'M84LSAwRt+KndpHZ2OyTs1xvit3m5kPQRFWH4bjcbEgeIM4pLW2jGkgQD/VPa20g08CEf6rMcNxuSicJEFc1yTit3hJnPQTFSO0b',
    'q6nRB2K4ZnBdwCCRvxeVczCCCWU/KpNchv2vshKS2wprjOClzd/HGEJjDDdYjE2+KtY4YkG9DqNLETQtzRtzTREVl8Tb5W1khlQb',
    '0ek1ybBS4S/kjKERljquPX7WOQiIbQY1bTCeCKUfMoPk8qu/suMk8fWj1TSe7O3/AE1wDApjcak7p/EcVHqo9UvRTdFSaqTVc/wK',
    'ZLGvOifxEFDqhk9mRv8Aorit39qxkfj6eT2gTFbNU9xXGLE5DMWkWtgNs081ribOPvW6Y41A8AT6Vcdp3GLWVo2e5LD11FWN7RuP',
    'ZKQRwSThv84qju1kRXU7UjYNSXaxozsdKBsmsl2jcexshjnknLf4RVb9p3GLqVY1e5DH03FSTWuWs5O6bqjkUjxBHrXJ7E4/MXcW',
    'tAtsV2fzFrNk9h5PaJvuk/auy6zE2WeYjfRUzBY2JXqGvT1rkWds8SVlu+KTd050s0tsqIT+pq45yKDJ9Utlxi4ESHRmigVkH7rU',
    'LmVFOvWpnMSMdelcj5FBjOmW94xcGJzoTSwKqH92rjuds8sWltOKTd0h000VsroD+pahYNGpC9I16eldqNmIcskwGuuuzvfdP+/k',
    '9oEJazV/YV2Sxjqu3plDDRrmuIHM+Pw4m5bumgk64Zk+mmWuI4scI41dYu2YyNO5kmmb6aVax+pEi17VkNRpLv2rl2LHN+NWuLuW',
    'MbQOJIZl+mmWuFYgcM4/NibZu9aeTrmmf6aVaVQo0K7Wox1Wj12fwlbNn9x5PKrT7VjJPD0rsobolvYj6gkUATRRh/Ssjv7JLqsJ',
    '+TBv2rN/kz69qx2/skW6CMf6UQRXau3XLZRD1JAritp9lxkfh6+TcwieCWI/MpFcOQ4vk9xAfBZTUCA6qSJQtXsQeN19xVkBAsYJ',
    '1oVegTrIAd7FWUQSNF9hUcSlanQDdcxQ5Tk9vAPFYjVtCIIIoh8qgeVkbMwZC2v4hohh1VaXYkhikHoyg01zsVIS4OjqlxebS8uZ',
    'XyfeQv8Alx9IHTTYvNveW0qZPu4U/Mj6QeqoyUA2d0tzoVd3YjhlkPoqk1jrMz5C5v5Rslj0+W6LIpVhsGsS5SMwMfTxX4ZDNWOO',
    'B76Tx9ql53YqSFVP3kFRc7sWIDKn7SCsfmrHIgdzJ4+3wyzl4xAp9fFqRFjUKo0B5kEvdODUUqyqCDWQwtjkQe+jG/epuFYvqOpo',
    'h+pFNQ8KxfUNzRH9KKKx+FsccB3MY371LKsSkk1PL3rk+cL57Zx4+FQZCC4TTGpLG1n8es/Wo7G1g8es/Wp8hBbppTRvnuXPj4ef',
    'djxpXZDtWIpb2dfmpr2dvmpnZztmJq0Hj5hIHiTUl7axb65lqXkGPj+fqps9a3LhFQigQQCPiSACTS561tnKMhNRcgx8nz9NR3tr',
    'L/JMtAg+IP35riGBSZHAq85Ike1hXZq4zF7cE7kIFNI7nbOT8FJUgj1FWGUAASSkuIXGw4p7iFBsuKv8oCCkdMSxJPqfgsjodq5F',
    'W+YvbcjUhIqz5IkmlmXRqG4hnUGNwfuZDIpaIQD+KrzITXTn8Z6fvrPKvo5pp5W9XP37PITWrj8Z6ax+RS7QAn8Xw//EACQRAAIB',
    'AgYCAwEAAAAAAAAAAAECAAMRBBIgITFBEBMFMFEy/9oACAECAQE/ANFxLj6GfoQsByYGB4MV+jqc2Er1vXsOYWZuTAzKdjKFb2bH',
    'mIbjTVNrn8EIeqxYKTCGX+gRAGbgXgD0mDFSJSa9j+jTijZHlH13OckSr67jISZS9dznJEreu4yEmYU3RNOLW9JjLebTCLakp0uo',
    'dSp7jqUdlPUUMb2EYP2Iil2VR3EUIoUdasZSUpn7EDMO4WY9zB0lCZ+zqAJ4ExGHqvRayH984fD1UordDvvCCOR5VSxAEp4RRu+5',
    'gVV4AHjEfE06rFkbKTMP8TTpMGdsxHgqrcgGVMIpuU2MZSpsZ//EACYRAAICAQMEAgIDAAAAAAAAAAECAAMRBBNBICExMhASBVEw',
    'YXH/2gAIAQMBAT8A6MGYP8CV8mBCfCwoR5WPXyOqtcmUUbhyfUQKqjAEKqwwRL6NvuPWWLg9NK5x/ZgKVKFLAQFW9WBhKp7MBCUt',
    'UqGBly4yP0enRjLp/su3cDbUE8ynd+p3AAeJdu/UbYB/cp3fqdxQDxNYMO/TomxaomZxOJma1s2sOlGKMrDgytlsRWHIi1u3cCNW',
    '4GSJYy1ozHiOxdmY8nq0FzB9vyDFsde2Y1jt2zNfcxfb8AdRIE0l9deoTLDv2+dXfXZqHww/UyD8kgDJj3k+vaEk+T8af8tbUoV1',
    '+wE1H5ay1SqL9AfgEjwYl5HtAQRkT//Z',
  ].join(''),
  'base64',
);
